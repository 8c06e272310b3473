import type { Outcome, WorkItem } from '../queue/index.ts';
import type { Tx } from '../database/index.ts';
import { markDeliveriesDirty } from './mark-dirty.ts';
import type { PushDelivery } from './mark-dirty.ts';
import { requestAppliesForPushes } from './state-push.ts';

/** What the delivery's queue row carries: enough to act without reading the payload again. */
interface DeliveryPayload {
  repositoryId: string;
  deliveryId: string;
  correlationId: string;
  role: 'source' | 'state';
  ref: string;
}

/**
 * Handles a batch of accepted deliveries: one transaction turns them all into environment work and
 * finishes their rows, so 500 pushes cost what one does.
 */
export async function handleDeliveries(items: readonly WorkItem[]): Promise<Outcome> {
  const deliveries = items.map((item) => item.payload as unknown as DeliveryPayload);
  const sources = deliveries.filter((delivery) => delivery.role === 'source').map(asPush);
  const states = deliveries.filter((delivery) => delivery.role === 'state').map(asPush);
  return {
    kind: 'done',
    record: async (tx: Tx) => {
      if (sources.length > 0) await markDeliveriesDirty(tx, sources);
      if (states.length > 0) await requestAppliesForPushes(tx, states);
    },
  };
}

const asPush = ({ repositoryId, deliveryId, ref, correlationId }: DeliveryPayload): PushDelivery => ({ repositoryId, deliveryId, ref, correlationId });
