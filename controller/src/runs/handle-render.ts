import { performance } from 'node:perf_hooks';
import type { Checkpoint } from '../checkpoints/index.ts';
import type { Database } from '../database/index.ts';
import type { RepositoryRef } from '../providers/index.ts';
import type { Outcome, WorkItem } from '../queue/index.ts';
import type { SecretStore } from '../secrets/index.ts';
import type { StateRepository } from '../state-repo/index.ts';
import { adoptPublished } from './adopt.ts';
import { decideSource } from './decide.ts';
import type { EnvironmentSource, RenderTarget } from './environment.ts';
import { loadRenderTarget } from './environment.ts';
import { committedRuns, recordPublication, recordRenders } from './record.ts';
import type { RenderedRun, RenderPorts } from './render.ts';
import { renderRuns } from './render.ts';
import { startRuns } from './start.ts';
import { describeCommit } from './trailers.ts';

/** What the render step of the main path needs. */
export interface RenderWork extends RenderPorts {
  db: Database;
  secrets: SecretStore;
  checkpoint: Checkpoint;
  /** The open state repository of a project. */
  stateRepository(repository: RepositoryRef): Promise<StateRepository>;
}

/**
 * Brings one environment's state branch to the heads of its sources: reads the heads, pins them in
 * runs, renders, records the content, publishes all stacks as one commit, records that and asks for
 * the apply. Every step may be repeated; a process may die between any two (design §1).
 */
export async function handleRender(
  work: RenderWork,
  item: WorkItem,
  signal: AbortSignal,
): Promise<Outcome> {
  const { db, checkpoint, telemetry } = work;
  let target = await loadRenderTarget(db, work.secrets, item.key);
  if (!target) return { kind: 'done' };
  const state = await work.stateRepository(target.stateRepository);
  await state.refresh();
  if (await adoptPublished(db, state, target))
    target = (await loadRenderTarget(db, work.secrets, item.key)) ?? target;

  const began = performance.now();
  const { decisions, stands } = await decideAll(work, state, target);
  telemetry.duration('heads', (performance.now() - began) / 1000);
  const runs = await startRuns(db, target, decisions);
  await checkpoint('run.started');
  if (runs.length === 0) return { kind: 'done' };

  const renders = await renderRuns(work, target, runs);
  // Whoever lost the lease meanwhile has been overtaken: what it rendered is old.
  signal.throwIfAborted();
  await recordRenders(db, target, renders);
  await checkpoint('run.rendered');
  const settled = target;
  const good = renders.filter((entry): entry is Extract<RenderedRun, { ok: true }> => entry.ok);
  if (good.length === 0) return { kind: 'done' };

  signal.throwIfAborted();
  const publishing = performance.now();
  const result = await state.publish({
    branch: target.branch,
    directories: good.map(({ rendered }) => ({
      stack: rendered.stack,
      contentHash: rendered.contentHash,
      replaces: { contentHash: stands.get(rendered.stack) },
      files: [...rendered.files],
    })),
    ...describeCommit(target, good),
  });
  telemetry.duration('publish', (performance.now() - publishing) / 1000);
  return {
    kind: 'done',
    record: (tx) =>
      recordPublication(
        tx,
        settled,
        committedRuns(good),
        result.kind === 'published' ? { ...result, adopted: false } : result,
      ),
  };
}

async function decideAll(
  work: RenderWork,
  state: StateRepository,
  target: RenderTarget,
): Promise<Decided> {
  const branch = await state.readBranch(target.branch);
  const stands = branch?.stacks ?? new Map<string, string>();
  const decisions = await Promise.all(
    target.sources.map(async (source) => {
      const head = await work
        .providerOf(source.repository.provider)
        .readHead(source.repository, source.ref);
      return { source, decision: decideSource(source, head, stands.get(source.stack)) };
    }),
  );
  return { decisions, stands };
}

/** What each source needs, by what stood in the state branch when that was decided. */
interface Decided {
  decisions: { source: EnvironmentSource; decision: ReturnType<typeof decideSource> }[];
  stands: ReadonlyMap<string, string>;
}
