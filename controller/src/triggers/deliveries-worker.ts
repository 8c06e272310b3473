import type { Database, Tx } from '../database/index.ts';
import type { DeliveryWork } from '../deliveries/index.ts';
import type { Outcome, WorkItem } from '../queue/index.ts';
import { markDeliveriesDirty } from './mark-dirty.ts';
import type { PushDelivery } from './mark-dirty.ts';
import { requestAppliesForPushes } from './state-push.ts';

/**
 * Handles a batch of accepted deliveries: one transaction turns them all into environment work and
 * finishes their rows, so 500 pushes cost what one does. A push to a source asks for a render, a
 * push to a state repository for an apply.
 */
export async function handleDeliveries(db: Database, items: readonly WorkItem[]): Promise<Outcome> {
  const deliveries = items.flatMap((item) => asPush(item.payload as unknown as DeliveryWork));
  const states = await stateRepositories(db, deliveries);
  const toSources = deliveries.filter((delivery) => !states.has(delivery.repositoryId));
  const toStates = deliveries.filter((delivery) => states.has(delivery.repositoryId));
  return {
    kind: 'done',
    record: async (tx: Tx) => {
      if (toSources.length > 0) await markDeliveriesDirty(tx, toSources);
      if (toStates.length > 0) await requestAppliesForPushes(tx, toStates);
    },
  };
}

async function stateRepositories(
  db: Database,
  deliveries: readonly PushDelivery[],
): Promise<ReadonlySet<string>> {
  const ids = [...new Set(deliveries.map((delivery) => delivery.repositoryId))];
  const rows = await db.query<{ id: string }>(
    `select id from core.repositories where id = any($1::uuid[]) and role = 'state'`,
    [ids],
  );
  return new Set(rows.map((row) => row.id));
}

const asPush = ({
  repositoryId,
  deliveryId,
  correlationId,
  intent,
}: DeliveryWork): PushDelivery[] =>
  intent.kind === 'ref-dirty' ? [{ repositoryId, deliveryId, correlationId, ref: intent.ref }] : [];
