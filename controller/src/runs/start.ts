import { randomUUID } from 'node:crypto';
import type { Database, Tx } from '../database/index.ts';
import { eventRows, toldEvents } from '../events/index.ts';
import type { SourceDecision } from './decide.ts';
import type { EnvironmentSource, RenderTarget } from './environment.ts';

/** A run that is under way: one render of one environment's stack at one pinned SHA. */
export interface StartedRun {
  id: string;
  correlationId: string;
  source: EnvironmentSource;
  sha: string;
}

/** What is stored for one source that needs anything. */
interface Settlement {
  repository_id: string;
  /** The waiting deliveries up to this one get their answer. */
  generation: number;
  outcome: 'run' | 'superseded' | 'ignored';
  correlation_id: string;
  stack: string;
  ref: string;
  run_id?: string;
  sha?: string;
  /** The run is new. */
  starts?: boolean;
  reason?: string;
}

/**
 * Stores what was decided for each source, all or nothing: new runs are pinned to their SHA before
 * anything else happens, left-over ones are closed, and every waiting delivery learns which run
 * answers it. Returns the runs to render.
 */
export async function startRuns(
  db: Database,
  target: RenderTarget,
  decisions: readonly { source: EnvironmentSource; decision: SourceDecision }[],
): Promise<StartedRun[]> {
  const started: StartedRun[] = [];
  const left: { runId: string; byRunId: string | undefined }[] = [];
  const settlements = decisions.flatMap(({ source, decision }): Settlement[] => {
    // A run that goes on keeps the id under which it was begun, whatever asked for it again.
    const correlationId =
      decision.kind === 'continue'
        ? decision.correlationId
        : (source.correlationId ?? randomUUID());
    const about = {
      repository_id: source.repository.id,
      generation: source.dirtyGeneration,
      correlation_id: correlationId,
      stack: source.stack,
      ref: source.ref,
    };
    if (decision.kind === 'nothing') return [];
    if (decision.kind === 'ref-missing' && decision.cancels !== undefined)
      left.push({ runId: decision.cancels, byRunId: undefined });
    if (decision.kind === 'ref-missing')
      return [{ ...about, outcome: 'ignored', reason: `${source.ref} does not exist` }];
    if (decision.kind === 'already-done')
      return [{ ...about, outcome: 'superseded', sha: decision.sha }];
    const starts = decision.kind === 'start';
    const id = decision.kind === 'start' ? randomUUID() : decision.runId;
    if (decision.kind === 'start' && decision.supersedes !== undefined)
      left.push({ runId: decision.supersedes, byRunId: id });
    started.push({ id, correlationId, source, sha: decision.sha });
    return [{ ...about, outcome: 'run', run_id: id, sha: decision.sha, starts }];
  });
  if (settlements.length === 0) return started;
  if (left.length === 0) await settleSources(db, target, settlements, started);
  else
    await db.inTransaction(async (tx) => {
      for (const { runId, byRunId } of left) await supersedeRun(tx, target, runId, byRunId);
      await settleSources(tx, target, settlements, started);
    });
  return started;
}

async function settleSources(
  on: Pick<Tx, 'query'>,
  target: RenderTarget,
  settlements: readonly Settlement[],
  started: readonly StartedRun[],
): Promise<void> {
  await on.query(settle, [
    target.id,
    target.projectId,
    JSON.stringify(settlements),
    eventRows(
      started.map((run) => ({
        type: 'run.started',
        correlationId: run.correlationId,
        projectId: target.projectId,
        environmentId: target.id,
        runId: run.id,
        payload: { stack: run.source.stack, ref: run.source.ref, sha: run.sha },
      })),
    ),
  ]);
}

// By itself and first: an environment has one open render of a stack.
async function supersedeRun(
  tx: Tx,
  target: RenderTarget,
  runId: string,
  byRunId: string | undefined,
): Promise<void> {
  await tx.query('select from core.environments where id = $1 for no key update', [target.id]);
  await tx.query(
    `update core.agent_runs set status = 'canceled', outcome = 'superseded', superseded_by = $2, finished_at = now(), updated_at = now()
     where id = $1 and status in ('pending', 'running')`,
    [runId, byRunId ?? null],
  );
  await tx.query(
    `update core.delivery_outcomes set outcome = 'superseded', run_id = coalesce($2, run_id) where run_id = $1`,
    [runId, byRunId ?? null],
  );
}

// The environment's row comes first, as everywhere (see `finishWork`). Of many deliveries that one run
// answers, the newest is the run's and the others are superseded by it; a burst shares its
// generation, so only the members of the youngest are ordered by their time.
const settle = `
with environment as materialized (
  select id from core.environments where id = $1::uuid for no key update
), decided as materialized (
  select d.*, coalesce(d.run_id, (select a.id from core.agent_runs a
      where a.environment_id = e.id and a.repository_id = d.repository_id and a.source_sha = d.sha order by a.created_at desc limit 1)) as answer,
    e.id as environment_id
  from environment e, jsonb_to_recordset($3::jsonb) as d(repository_id uuid, generation bigint, outcome text, correlation_id uuid,
    stack text, ref text, run_id uuid, sha text, starts boolean, reason text)
), started as (
  insert into core.agent_runs (id, kind, correlation_id, project_id, environment_id, repository_id, stack, status, phase,
    source_ref, source_sha, received_at, started_at)
  select d.run_id, 'deploy', d.correlation_id, $2, d.environment_id, d.repository_id, d.stack, 'running', 'received', d.ref, d.sha,
    coalesce((select min(w.received_at) from core.delivery_outcomes o join core.webhook_deliveries w using (repository_id, delivery_id)
      where o.environment_id = d.environment_id and o.repository_id = d.repository_id and o.outcome = 'pending' and o.generation <= d.generation), now()),
    now()
  from decided d where d.starts
), cleaned as (
  update core.environment_sources s
  set clean_generation = greatest(s.clean_generation, d.generation), dirty_at = case when s.dirty_generation <= d.generation then null else s.dirty_at end
  from decided d where s.environment_id = d.environment_id and s.repository_id = d.repository_id
), newest as materialized (
  select d.repository_id, n.delivery_id
  from decided d cross join lateral (
    select max(o.generation) as generation from core.delivery_outcomes o
    where o.environment_id = d.environment_id and o.repository_id = d.repository_id and o.outcome = 'pending' and o.generation <= d.generation
  ) y cross join lateral (
    select o.delivery_id from core.delivery_outcomes o join core.webhook_deliveries w using (repository_id, delivery_id)
    where o.environment_id = d.environment_id and o.repository_id = d.repository_id and o.outcome = 'pending' and o.generation = y.generation
    order by w.received_at desc, o.delivery_id limit 1
  ) n where d.outcome = 'run'
), answered as (
  update core.delivery_outcomes o
  set outcome = case when o.delivery_id <> n.delivery_id then 'superseded' else d.outcome end, run_id = d.answer, reason = d.reason
  from decided d left join newest n on n.repository_id = d.repository_id
  where o.environment_id = d.environment_id and o.repository_id = d.repository_id and o.outcome = 'pending' and o.generation <= d.generation
), ${toldEvents('$4', '$1')}
select count(*) from announced`;
