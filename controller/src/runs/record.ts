import type { Tx } from '../database/index.ts';
import { eventRows, toldEvents } from '../events/index.ts';
import type { FlowEvent } from '../events/index.ts';
import { enqueueState } from '../queue/index.ts';
import type { RenderTarget } from './environment.ts';
import type { RenderedRun } from './render.ts';
import type { StartedRun } from './start.ts';

/** What the state repo holds for a run, as far as recording needs it. */
export interface CommittedRun {
  runId: string;
  correlationId: string;
  stack: string;
  repositoryId: string;
  repository: string;
  sha: string;
  contentHash: string;
}

/** How publishing ended for a set of runs. */
export type Publication =
  | { kind: 'published'; commit: string; parent: string | undefined; adopted: boolean }
  | { kind: 'unchanged'; head: string };

/**
 * Stores what was rendered, before anything is pushed: only content recorded here is ever applied.
 * Failed renders end here, with their diagnostics; nothing else is touched by them.
 */
export async function recordRenders(
  on: Pick<Tx, 'query'>,
  target: RenderTarget,
  renders: readonly RenderedRun[],
): Promise<void> {
  const good = renders.filter((entry) => entry.ok);
  const bad = renders.filter((entry) => !entry.ok);
  await on.query(recordRendered, [
    target.id,
    JSON.stringify(
      good.map(({ run, rendered }) => ({
        run_id: run.id,
        stack: run.source.stack,
        sha: run.sha,
        content_hash: rendered.contentHash,
        input_hash: rendered.inputHash,
        renderer: rendered.provenance.renderer,
        rendering: rendered.provenance.rendering,
        diagnostics: rendered.diagnostics,
      })),
    ),
    !target.protected,
    JSON.stringify(
      bad.map(({ run, error, diagnostics }) => ({
        run_id: run.id,
        repository_id: run.source.repository.id,
        sha: run.sha,
        error,
        diagnostics,
      })),
    ),
    eventRows(
      renders.map((entry) =>
        runEvent(
          target,
          entry.run,
          entry.ok ? 'run.rendered' : 'run.failed',
          entry.ok
            ? { contentHash: entry.rendered.contentHash }
            : { code: entry.error.code, message: entry.error.message },
        ),
      ),
    ),
  ]);
}

/** The runs of a render that reached the state repo, in the shape that recording needs. */
export function committedRuns(
  renders: readonly Extract<RenderedRun, { ok: true }>[],
): CommittedRun[] {
  return renders.map(({ run, rendered }) => ({
    runId: run.id,
    correlationId: run.correlationId,
    stack: run.source.stack,
    repositoryId: run.source.repository.id,
    repository: run.source.repository.fullName,
    sha: run.sha,
    contentHash: rendered.contentHash,
  }));
}

/** Stores the state commit, moves its runs on, and asks for the apply: one transaction, so none is lost or doubled. */
export async function recordPublication(
  tx: Tx,
  target: RenderTarget,
  runs: readonly CommittedRun[],
  publication: Publication,
): Promise<void> {
  const published = publication.kind === 'published';
  const commit = published ? publication.commit : publication.head;
  await tx.query(recordCommitted, [
    target.id,
    commit,
    published,
    JSON.stringify(runs.map(asRow)),
    published ? (publication.parent ?? null) : null,
    JSON.stringify(
      runs.map(({ stack, contentHash, runId, sha }) => ({
        stack,
        contentHash,
        runIds: [runId],
        sourceSha: sha,
      })),
    ),
    published && publication.adopted,
    eventRows(
      runs.map((run) => ({
        type: published ? 'run.committed' : 'run.unchanged',
        correlationId: run.correlationId,
        projectId: target.projectId,
        environmentId: target.id,
        runId: run.runId,
        payload: { commit, stack: run.stack, contentHash: run.contentHash },
      })),
    ),
  ]);
  if (published)
    await enqueueState(tx, { kind: 'apply', key: target.id, projectId: target.projectId });
}

const asRow = (run: CommittedRun): Record<string, string> => ({
  run_id: run.runId,
  correlation_id: run.correlationId,
  repository_id: run.repositoryId,
  repository: run.repository,
  stack: run.stack,
  sha: run.sha,
  content_hash: run.contentHash,
});

function runEvent(
  target: RenderTarget,
  run: StartedRun,
  type: string,
  payload: Record<string, unknown>,
): FlowEvent {
  return {
    type,
    correlationId: run.correlationId,
    projectId: target.projectId,
    environmentId: target.id,
    runId: run.id,
    payload: { stack: run.source.stack, sha: run.sha, ...payload },
  };
}

// A process that was away too long may come back to a run that has gone on without it.
const stillOpen = `a.status = 'running' and a.phase in ('received', 'rendered')`;

// The environment's row comes first in each of these statements, as everywhere (see `finishWork`).
const recordRendered = `
with environment as materialized (
  select id from core.environments where id = $1::uuid for no key update
), good as materialized (
  select g.*, e.id as environment_id from environment e, jsonb_to_recordset($2::jsonb) as g(run_id uuid, stack text, sha text,
    content_hash text, input_hash text, renderer text, rendering int, diagnostics jsonb)
), bad as materialized (
  select b.*, e.id as environment_id from environment e, jsonb_to_recordset($4::jsonb) as b(run_id uuid, repository_id uuid, sha text,
    error jsonb, diagnostics jsonb)
), moved as (
  update core.agent_runs a set phase = 'rendered', error = null, rendered_at = coalesce(a.rendered_at, now()), content_hash = g.content_hash,
    input_hash = g.input_hash, renderer = g.renderer, rendering = g.rendering, diagnostics = g.diagnostics, updated_at = now()
  from good g where a.id = g.run_id and ${stillOpen}
), stored as (
  insert into core.rendered_contents (environment_id, stack, content_hash, run_id, source_sha, input_hash, approved)
  select environment_id, stack, content_hash, run_id, sha, input_hash, $3 from good
  on conflict (environment_id, stack, content_hash) do nothing
), ended as (
  update core.agent_runs a set status = 'failed', outcome = 'failed', error = b.error, diagnostics = b.diagnostics, finished_at = now(),
    updated_at = now()
  from bad b where a.id = b.run_id and ${stillOpen}
), seen as (
  update core.environment_sources s set last_seen_sha = b.sha
  from bad b where s.environment_id = b.environment_id and s.repository_id = b.repository_id
), ${toldEvents('$5', '$1')}
select count(*) from announced`;

// An unchanged render is finished at once; a committed one goes on to the apply loop. The links let
// source commit, run and state commit be traced to each other (FR-033).
const recordCommitted = `
with environment as (
  update core.environments set head_commit = $2, updated_at = now() where id = $1::uuid returning id
), runs as materialized (
  select r.*, e.id as environment_id from environment e, jsonb_to_recordset($4::jsonb) as r(run_id uuid, correlation_id uuid,
    repository_id uuid, repository text, stack text, sha text, content_hash text)
), stored as (
  insert into core.state_commits (environment_id, commit, parent, entries, adopted)
  select e.id, $2, $5, $6::jsonb, $7 from environment e where $3
  on conflict (environment_id, commit) do nothing
), moved as (
  update core.agent_runs a set phase = case when $3 then 'committed' else a.phase end,
    committed_at = case when $3 then coalesce(a.committed_at, now()) end, state_commit = $2, error = null,
    status = case when $3 then 'running' else 'succeeded' end, outcome = case when $3 then null else 'unchanged' end,
    finished_at = case when $3 then null else now() end, updated_at = now()
  from runs r where a.id = r.run_id
), published as (
  update core.environment_sources s set last_seen_sha = r.sha, published_sha = r.sha, published_content = r.content_hash, published_run_id = r.run_id
  from runs r where s.environment_id = r.environment_id and s.repository_id = r.repository_id
), linked as (
  insert into core.links (correlation_id, relation, from_kind, from_ref, to_kind, to_ref)
  select correlation_id, 'renders', 'run', run_id::text, 'source-commit', repository || '@' || sha from runs where $3
  union all
  select correlation_id, 'publishes', 'run', run_id::text, 'state-commit', $2::text from runs where $3
  on conflict do nothing
), ${toldEvents('$8', '$1')}
select count(*) from announced`;
