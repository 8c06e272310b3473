import type { Tx } from '../database/index.ts';
import { recordEvents } from '../events/index.ts';
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
  tx: Tx,
  target: RenderTarget,
  renders: readonly RenderedRun[],
): Promise<void> {
  for (const entry of renders) {
    const { run } = entry;
    if (entry.ok) {
      const { rendered } = entry;
      await tx.query(recordRendered, [
        run.id,
        rendered.contentHash,
        rendered.inputHash,
        rendered.provenance.renderer,
        rendered.provenance.rendering,
        JSON.stringify(rendered.diagnostics),
        target.id,
        run.source.stack,
        run.sha,
        !target.protected,
      ]);
    } else {
      await tx.query(recordFailed, [
        run.id,
        JSON.stringify(entry.error),
        JSON.stringify(entry.diagnostics),
        target.id,
        run.source.repository.id,
        run.sha,
      ]);
    }
  }
  await recordEvents(
    tx,
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
  );
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
  const commit = publication.kind === 'published' ? publication.commit : publication.head;
  if (publication.kind === 'published')
    await tx.query(
      `insert into core.state_commits (environment_id, commit, parent, entries, adopted) values ($1, $2, $3, $4, $5)
       on conflict (environment_id, commit) do nothing`,
      [
        target.id,
        commit,
        publication.parent ?? null,
        JSON.stringify(
          runs.map(({ stack, contentHash, runId, sha }) => ({
            stack,
            contentHash,
            runIds: [runId],
            sourceSha: sha,
          })),
        ),
        publication.adopted,
      ],
    );
  await tx.query(recordCommitted, [
    target.id,
    commit,
    publication.kind === 'published',
    JSON.stringify(runs.map(asRow)),
  ]);
  if (publication.kind === 'published') {
    await enqueueState(tx, { kind: 'apply', key: target.id, projectId: target.projectId });
    await recordLinks(tx, runs, commit);
  }
  await recordEvents(
    tx,
    runs.map((run) => ({
      type: publication.kind === 'published' ? 'run.committed' : 'run.unchanged',
      correlationId: run.correlationId,
      projectId: target.projectId,
      environmentId: target.id,
      runId: run.runId,
      payload: { commit, stack: run.stack, contentHash: run.contentHash },
    })),
  );
}

/** Source commit → run → state commit, so that each can be traced to the others (FR-033). */
async function recordLinks(tx: Tx, runs: readonly CommittedRun[], commit: string): Promise<void> {
  await tx.query(
    `insert into core.links (correlation_id, relation, from_kind, from_ref, to_kind, to_ref)
     select correlation_id, 'renders', 'run', run_id::text, 'source-commit', repository || '@' || sha
     from jsonb_to_recordset($1::jsonb) as r(run_id uuid, correlation_id uuid, repository text, sha text)
     union all
     select correlation_id, 'publishes', 'run', run_id::text, 'state-commit', $2::text
     from jsonb_to_recordset($1::jsonb) as r(run_id uuid, correlation_id uuid)
     on conflict do nothing`,
    [JSON.stringify(runs.map(asRow)), commit],
  );
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

const recordRendered = `
with run as (
  update core.agent_runs set phase = 'rendered', error = null, rendered_at = coalesce(rendered_at, now()), content_hash = $2, input_hash = $3,
    renderer = $4, rendering = $5, diagnostics = $6, updated_at = now()
  where id = $1::uuid returning id)
insert into core.rendered_contents (environment_id, stack, content_hash, run_id, source_sha, input_hash, approved)
values ($7, $8, $2, $1::uuid, $9, $3, $10)
on conflict (environment_id, stack, content_hash) do nothing`;

const recordFailed = `
with run as (
  update core.agent_runs set status = 'failed', outcome = 'failed', error = $2, diagnostics = $3, finished_at = now(), updated_at = now()
  where id = $1 returning id)
update core.environment_sources set last_seen_sha = $6 where environment_id = $4 and repository_id = $5`;

// An unchanged render is finished at once; a committed one goes on to the apply loop.
const recordCommitted = `
with runs as (
  select * from jsonb_to_recordset($4::jsonb) as r(run_id uuid, repository_id uuid, stack text, sha text, content_hash text)
), moved as (
  update core.agent_runs a set phase = case when $3 then 'committed' else a.phase end,
    committed_at = case when $3 then coalesce(a.committed_at, now()) end, state_commit = $2, error = null,
    status = case when $3 then 'running' else 'succeeded' end, outcome = case when $3 then null else 'unchanged' end,
    finished_at = case when $3 then null else now() end, updated_at = now()
  from runs r where a.id = r.run_id
), published as (
  update core.environment_sources s set last_seen_sha = r.sha, published_sha = r.sha, published_content = r.content_hash, published_run_id = r.run_id
  from runs r where s.environment_id = $1 and s.repository_id = r.repository_id
)
update core.environments set head_commit = $2, updated_at = now() where id = $1`;
