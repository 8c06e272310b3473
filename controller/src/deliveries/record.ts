import type { Database } from '../database/index.ts';
import { workChannel } from '../queue/index.ts';
import { storableJson } from './storable.ts';
import type { DeliveryReceipt, DeliveryWork, IncomingDelivery } from './types.ts';
import { deliveryKind } from './types.ts';

/** A delivery with the correlation id it gets if it is the first of its id. */
export interface NumberedDelivery extends IncomingDelivery {
  correlationId: string;
}

interface KnownRow {
  repository_id: string;
  delivery_id: string;
  correlation_id: string;
}

/** Names a delivery inside a batch. */
export const deliveryKey = (
  delivery: Pick<IncomingDelivery, 'repositoryId' | 'deliveryId'>,
): string => `${delivery.repositoryId}/${delivery.deliveryId}`;

/**
 * Records deliveries with different keys and their queue rows: one statement, one transaction.
 * Resolves to the receipt of each by its key; a key without receipt has no repository any more.
 */
export async function recordDeliveries(
  db: Database,
  deliveries: readonly NumberedDelivery[],
): Promise<Map<string, DeliveryReceipt>> {
  const recorded = await db.query<KnownRow>(insertDeliveries, [
    `[${deliveries.map(asJson).join(',')}]`,
    deliveryKind,
    workChannel,
  ]);
  const receipts = new Map<string, DeliveryReceipt>();
  const fresh = new Set(
    recorded.map((row) =>
      deliveryKey({ repositoryId: row.repository_id, deliveryId: row.delivery_id }),
    ),
  );
  for (const delivery of deliveries)
    if (fresh.has(deliveryKey(delivery))) receipts.set(deliveryKey(delivery), receiptOf(delivery));
  const others = deliveries.filter((delivery) => !receipts.has(deliveryKey(delivery)));
  if (others.length > 0)
    for (const row of await findRecorded(db, others))
      receipts.set(deliveryKey({ repositoryId: row.repository_id, deliveryId: row.delivery_id }), {
        status: 'duplicate',
        correlationId: row.correlation_id,
      });
  return receipts;
}

// A statement of its own: a duplicate recorded by another process this moment is visible only now.
const findRecorded = (db: Database, deliveries: readonly NumberedDelivery[]): Promise<KnownRow[]> =>
  db.query<KnownRow>(
    `select repository_id, delivery_id, correlation_id from core.webhook_deliveries
     where (repository_id, delivery_id) in (select * from unnest($1::uuid[], $2::text[]))`,
    [
      deliveries.map((delivery) => delivery.repositoryId),
      deliveries.map((delivery) => delivery.deliveryId),
    ],
  );

const receiptOf = ({ correlationId, intent }: NumberedDelivery): DeliveryReceipt =>
  intent.kind === 'ignored'
    ? { status: 'ignored', correlationId, reason: intent.reason }
    : { status: 'accepted', correlationId };

// One document for the whole batch: the server reads it four times as fast as an array of documents.
const asJson = (delivery: NumberedDelivery): string => {
  const { repositoryId, deliveryId, event, correlationId, intent } = delivery;
  const columns = storableJson({
    repository_id: repositoryId,
    delivery_id: deliveryId,
    event,
    correlation_id: correlationId,
    ...(intent.kind === 'ignored' ? { reason: intent.reason } : { work: workOf(delivery) }),
  });
  return `${columns.slice(0, -1)},"payload":${storableJson(delivery.payload)}}`;
};

const workOf = ({
  repositoryId,
  deliveryId,
  correlationId,
  intent,
}: NumberedDelivery): DeliveryWork => ({ repositoryId, deliveryId, correlationId, intent });

// The lock of the queue's event keys, taken in one order by all: see `enqueueEvent`. Deliveries of a
// repository are one key, so they are worked on in the order in which they were recorded.
const insertDeliveries = `
with incoming as (
  select i.*, r.project_id
  from rows from (jsonb_to_recordset($1::jsonb) as
    (repository_id uuid, delivery_id text, event text, correlation_id uuid, payload jsonb, reason text, work jsonb))
    with ordinality as i(repository_id, delivery_id, event, correlation_id, payload, reason, work, place)
  join core.repositories r on r.id = i.repository_id
), turn as materialized (
  select pg_advisory_xact_lock(hashtextextended($2 || ' ' || repository_id, 7)) as held
  from (select distinct repository_id from incoming where work is not null order by repository_id) k
), recorded as (
  insert into core.webhook_deliveries (repository_id, delivery_id, event, correlation_id, payload, status, reason)
  select repository_id, delivery_id, event, correlation_id, payload, case when work is null then 'ignored' else 'accepted' end, reason
  from incoming order by repository_id, delivery_id
  on conflict do nothing
  returning repository_id, delivery_id, correlation_id
), queued as (
  insert into core.work_items (class, kind, key, idempotency_key, project_id, payload)
  select 'event', $2, i.repository_id::text, i.repository_id || '/' || i.delivery_id, i.project_id, i.work
  from incoming i, (select count(held) from turn) t
  where i.work is not null and (i.repository_id, i.delivery_id) in (select repository_id, delivery_id from recorded)
  order by i.place
  on conflict do nothing
  returning 1
), announced as materialized (
  select pg_notify($3, $2) from (select 1 from queued limit 1) q
)
select repository_id, delivery_id, correlation_id, (select count(*) from announced) from recorded`;
