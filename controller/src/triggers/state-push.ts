import type { Tx } from '../database/index.ts';
import { enqueueState } from '../queue/index.ts';
import type { PushDelivery } from './mark-dirty.ts';

/**
 * A push to a state repository, by anyone, asks for an apply of the environment whose branch it
 * moved (design §4): what is there is then judged by content, not by who pushed it.
 */
export async function requestAppliesForPushes(
  tx: Tx,
  deliveries: readonly PushDelivery[],
): Promise<void> {
  const rows = await tx.query<{ environment_id: string; project_id: string }>(markStatePushes, [
    JSON.stringify(
      deliveries.map((delivery) => ({
        repository_id: delivery.repositoryId,
        delivery_id: delivery.deliveryId,
        ref: delivery.ref,
      })),
    ),
  ]);
  for (const row of rows)
    await requestApply(tx, row.environment_id, row.project_id, 'the state branch was pushed to');
}

/** Asks for one apply of an environment; several requests become one. */
export async function requestApply(
  tx: Tx,
  environmentId: string,
  projectId: string | undefined,
  reason: string,
): Promise<void> {
  await enqueueState(tx, { kind: 'apply', key: environmentId, projectId, payload: { reason } });
}

const markStatePushes = `
with incoming as (
  select * from jsonb_to_recordset($1::jsonb) as d(repository_id uuid, delivery_id text, ref text)
), matched as (
  select i.repository_id, i.delivery_id, i.ref, e.id as environment_id, e.project_id
  from incoming i join core.repositories r on r.id = i.repository_id
  left join core.environments e on e.project_id = r.project_id and 'refs/heads/' || e.branch = i.ref
), settled as (
  update core.webhook_deliveries d
  set status = case when m.environment_id is null then 'ignored' else 'processed' end,
      reason = case when m.environment_id is null then 'no environment has the state branch ' || m.ref end
  from matched m where d.repository_id = m.repository_id and d.delivery_id = m.delivery_id
)
select distinct environment_id, project_id from matched where environment_id is not null order by environment_id`;
