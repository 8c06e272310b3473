import type { Tx } from '../database/index.ts';
import { enqueueState } from '../queue/index.ts';

/** A delivery that was accepted and now becomes environment work. */
export interface PushDelivery {
  repositoryId: string;
  deliveryId: string;
  ref: string;
  correlationId: string;
}

interface MarkedRow {
  environment_id: string;
  project_id: string;
}

/**
 * Turns deliveries into environment work, in one transaction for the whole batch: marks what each
 * (repository, ref) feeds as dirty, links every delivery to it, and asks for one render per
 * environment. A delivery that feeds nothing is recorded as ignored.
 */
export async function markDeliveriesDirty(
  tx: Tx,
  deliveries: readonly PushDelivery[],
): Promise<void> {
  const marked = await tx.query<MarkedRow>(markSources, [JSON.stringify(deliveries.map(asRow))]);
  await requestRenders(tx, marked);
}

/** Marks one source of an environment dirty without a delivery, as the sweep and admins do. */
export async function markSourceDirty(
  tx: Tx,
  source: { environmentId: string; repositoryId: string; correlationId: string },
): Promise<void> {
  const marked = await tx.query<MarkedRow>(
    `with turn as materialized (select id, project_id from core.environments where id = $1 for no key update)
     update core.environment_sources s set dirty_generation = dirty_generation + 1,
       dirty_at = coalesce(dirty_at, now()), dirty_correlation_id = $3
     from turn e
     where s.environment_id = e.id and s.repository_id = $2
     returning s.environment_id, e.project_id`,
    [source.environmentId, source.repositoryId, source.correlationId],
  );
  await requestRenders(tx, marked);
}

async function requestRenders(tx: Tx, marked: readonly MarkedRow[]): Promise<void> {
  const environments = new Map(marked.map((row) => [row.environment_id, row.project_id]));
  for (const [environmentId, projectId] of [...environments].toSorted(byId))
    await enqueueState(tx, { kind: 'render', key: environmentId, projectId });
}

// In a stable order: two controllers ask for the same environments at the same time.
const byId = ([one]: [string, string], [other]: [string, string]): number =>
  one < other ? -1 : Number(one > other);

const asRow = (delivery: PushDelivery): Record<string, string> => ({
  repository_id: delivery.repositoryId,
  delivery_id: delivery.deliveryId,
  ref: delivery.ref,
  correlation_id: delivery.correlationId,
});

// The newest delivery's correlation id becomes the one of the run that will serve them all. The
// environments' rows come first, by id, as everywhere (see `finishWork`).
const markSources = `
with incoming as (
  select * from jsonb_to_recordset($1::jsonb)
    as d(repository_id uuid, delivery_id text, ref text, correlation_id uuid)
), refs as (
  select repository_id, ref, (array_agg(correlation_id))[count(*)] as correlation_id
  from incoming group by repository_id, ref
), turn as materialized (
  select id, project_id from core.environments
  where id in (select s.environment_id from core.environment_sources s join refs r on r.repository_id = s.repository_id and r.ref = s.ref)
  order by id for no key update
), marked as (
  update core.environment_sources s
  set dirty_generation = s.dirty_generation + 1, dirty_at = coalesce(s.dirty_at, now()),
      dirty_correlation_id = r.correlation_id
  from refs r, turn e where s.repository_id = r.repository_id and s.ref = r.ref and s.environment_id = e.id
  returning s.environment_id, s.repository_id, s.ref, s.dirty_generation
), outcomes as (
  insert into core.delivery_outcomes (repository_id, delivery_id, environment_id, generation, outcome)
  select i.repository_id, i.delivery_id, m.environment_id, m.dirty_generation, 'pending'
  from incoming i join marked m using (repository_id, ref)
  on conflict do nothing
), settled as (
  update core.webhook_deliveries d
  set status = case when m.environment_id is null then 'ignored' else 'processed' end,
      reason = case when m.environment_id is null then 'no environment deploys ' || i.ref end
  from incoming i left join lateral (
    select environment_id from marked
    where marked.repository_id = i.repository_id and marked.ref = i.ref limit 1) m on true
  where d.repository_id = i.repository_id and d.delivery_id = i.delivery_id
)
select distinct m.environment_id, e.project_id from marked m join turn e on e.id = m.environment_id`;
