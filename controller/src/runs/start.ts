import { randomUUID } from 'node:crypto';
import type { Tx } from '../database/index.ts';
import { recordEvents } from '../events/index.ts';
import type { SourceDecision } from './decide.ts';
import type { EnvironmentSource, RenderTarget } from './environment.ts';

/** A run that is under way: one render of one environment's stack at one pinned SHA. */
export interface StartedRun {
  id: string;
  correlationId: string;
  source: EnvironmentSource;
  sha: string;
}

/**
 * Stores what was decided for each source, in one transaction: new runs are pinned to their SHA
 * before anything else happens, left-over ones are closed, and every waiting delivery learns which
 * run answers it. Returns the runs to render.
 */
export async function startRuns(
  tx: Tx,
  target: RenderTarget,
  decisions: readonly { source: EnvironmentSource; decision: SourceDecision }[],
): Promise<StartedRun[]> {
  const started: StartedRun[] = [];
  for (const { source, decision } of decisions) {
    const correlationId = source.correlationId ?? randomUUID();
    switch (decision.kind) {
      case 'nothing':
        break;
      case 'ref-missing':
        await settleDeliveries(tx, target, source, {
          outcome: 'ignored',
          reason: `${source.ref} does not exist`,
        });
        break;
      case 'already-done':
        await settleDeliveries(tx, target, source, { outcome: 'superseded', sha: decision.sha });
        break;
      case 'continue':
        await settleDeliveries(tx, target, source, { outcome: 'run', runId: decision.runId });
        started.push({ id: decision.runId, correlationId, source, sha: decision.sha });
        break;
      case 'start': {
        const run = { id: randomUUID(), correlationId, source, sha: decision.sha };
        if (decision.supersedes) await supersedeRun(tx, decision.supersedes, run.id);
        await insertRun(tx, target, run);
        await settleDeliveries(tx, target, source, { outcome: 'run', runId: run.id });
        started.push(run);
        break;
      }
    }
  }
  await recordEvents(
    tx,
    started.map((run) => ({
      type: 'run.started',
      correlationId: run.correlationId,
      projectId: target.projectId,
      environmentId: target.id,
      runId: run.id,
      payload: { stack: run.source.stack, ref: run.source.ref, sha: run.sha },
    })),
  );
  return started;
}

async function insertRun(tx: Tx, target: RenderTarget, run: StartedRun): Promise<void> {
  await tx.query(
    `insert into core.agent_runs (id, kind, correlation_id, project_id, environment_id, repository_id, stack, status, phase,
       source_ref, source_sha, received_at, started_at)
     values ($1, 'deploy', $2, $3, $4::uuid, $5::uuid, $6, 'running', 'received', $7, $8,
       coalesce((select min(d.received_at) from core.delivery_outcomes o
                 join core.webhook_deliveries d using (repository_id, delivery_id)
                 where o.environment_id = $4::uuid and o.repository_id = $5::uuid and o.outcome = 'pending' and o.generation <= $9), now()),
       now())`,
    [
      run.id,
      run.correlationId,
      target.projectId,
      target.id,
      run.source.repository.id,
      run.source.stack,
      run.source.ref,
      run.sha,
      run.source.dirtyGeneration,
    ],
  );
}

async function supersedeRun(tx: Tx, runId: string, byRunId: string): Promise<void> {
  await tx.query(
    `update core.agent_runs set status = 'canceled', outcome = 'superseded', superseded_by = $2, finished_at = now(), updated_at = now()
     where id = $1 and status in ('pending', 'running')`,
    [runId, byRunId],
  );
  await tx.query(
    `update core.delivery_outcomes set outcome = 'superseded', run_id = $2 where run_id = $1`,
    [runId, byRunId],
  );
}

type Settlement =
  | { outcome: 'run'; runId: string }
  | { outcome: 'superseded'; sha: string }
  | { outcome: 'ignored'; reason: string };

/** The source is clean up to the generation that was read, and its waiting deliveries get their answer. */
async function settleDeliveries(
  tx: Tx,
  target: RenderTarget,
  source: EnvironmentSource,
  settlement: Settlement,
): Promise<void> {
  await tx.query(settle, [
    target.id,
    source.repository.id,
    source.dirtyGeneration,
    settlement.outcome,
    settlement.outcome === 'run' ? settlement.runId : null,
    settlement.outcome === 'superseded' ? settlement.sha : null,
    settlement.outcome === 'ignored' ? settlement.reason : null,
  ]);
}

// Of many deliveries that one run answers, the newest is the run's and the others are superseded by it.
const settle = `
with cleaned as (
  update core.environment_sources
  set clean_generation = greatest(clean_generation, $3), dirty_at = case when dirty_generation <= $3 then null else dirty_at end
  where environment_id = $1::uuid and repository_id = $2::uuid
), answered as (
  select coalesce($5::uuid, (select id from core.agent_runs where environment_id = $1::uuid and repository_id = $2::uuid and source_sha = $6
    order by created_at desc limit 1)) as run_id
), waiting as (
  select o.repository_id, o.delivery_id, row_number() over (order by d.received_at desc, d.delivery_id) as place
  from core.delivery_outcomes o join core.webhook_deliveries d using (repository_id, delivery_id)
  where o.environment_id = $1::uuid and o.repository_id = $2::uuid and o.outcome = 'pending' and o.generation <= $3
)
update core.delivery_outcomes o
set outcome = case when $4 = 'run' and w.place > 1 then 'superseded' else $4 end, run_id = answered.run_id, reason = $7
from waiting w, answered
where o.environment_id = $1::uuid and o.repository_id = w.repository_id and o.delivery_id = w.delivery_id`;
