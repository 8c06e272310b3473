import type { Database, Tx } from '../database/index.ts';
import type { DeliveryWork } from '../deliveries/index.ts';
import type { Outcome, WorkItem } from '../queue/index.ts';
import { markDeliveriesDirty } from './mark-dirty.ts';
import type { PushDelivery } from './mark-dirty.ts';
import { requestAppliesForPushes } from './state-push.ts';

/** What a batch of accepted deliveries is handled by. */
export type DeliveryHandler = (items: readonly WorkItem[]) => Promise<Outcome>;

/**
 * Handles a batch of accepted deliveries: one transaction turns them all into environment work and
 * finishes their rows, so 500 pushes cost what one does. A push to a source asks for a render, a
 * push to a state repository for an apply.
 */
export function createDeliveryHandler(db: Database): DeliveryHandler {
  // A repository keeps its role for life.
  const roles = new Map<string, RepositoryRole>();
  return async (items) => {
    const deliveries = items.flatMap((item) => asPush(item.payload as unknown as DeliveryWork));
    const unknown = new Set(
      deliveries.map(({ repositoryId }) => repositoryId).filter((id) => !roles.has(id)),
    );
    if (unknown.size > 0) for (const row of await rolesOf(db, unknown)) roles.set(row.id, row.role);
    const of = (role: RepositoryRole): PushDelivery[] =>
      deliveries.filter(({ repositoryId }) => (roles.get(repositoryId) ?? 'source') === role);
    return {
      kind: 'done',
      record: async (tx: Tx) => {
        if (of('source').length > 0) await markDeliveriesDirty(tx, of('source'));
        if (of('state').length > 0) await requestAppliesForPushes(tx, of('state'));
      },
    };
  };
}

type RepositoryRole = 'source' | 'state';

const rolesOf = (
  db: Database,
  ids: ReadonlySet<string>,
): Promise<{ id: string; role: RepositoryRole }[]> =>
  db.query('select id, role from core.repositories where id = any($1::uuid[])', [[...ids]]);

const asPush = ({
  repositoryId,
  deliveryId,
  correlationId,
  intent,
}: DeliveryWork): PushDelivery[] =>
  intent.kind === 'ref-dirty' ? [{ repositoryId, deliveryId, correlationId, ref: intent.ref }] : [];
