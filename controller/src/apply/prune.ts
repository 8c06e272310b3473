import type { DesiredStack } from './desired-stack.ts';
import { isProtectedKind, subjectOf } from './identity.ts';
import type { AppliedObject, EnvironmentCondition } from './types.ts';

/** What left a stack, and what may be done about it. */
export interface PruneSet {
  /** In the order of deletion: the reverse of the order in which they were applied. */
  allowed: AppliedObject[];
  conditions: EnvironmentCondition[];
}

export interface PruneLimit {
  objects: number;
  share: number;
}

export const defaultPruneLimit: PruneLimit = { objects: 10, share: 0.5 };

/** The order within a unit and between units that are gone: what serves others goes last. */
const lastKinds = [
  'CustomResourceDefinition',
  'Namespace',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
  'Service',
];

/**
 * The objects of a stack's inventory that the environment no longer wants: previous inventory minus
 * desired, never computed from the cluster. An object wanted by another unit or stack has moved and
 * is kept. Protected kinds and too large a share of the stack are only reported.
 */
export function pruneSetOf(
  desired: DesiredStack,
  inventory: ReadonlyMap<string, AppliedObject>,
  isWanted: (key: string) => boolean,
  limit: PruneLimit,
): PruneSet {
  const { stack } = desired;
  let size = 0;
  const left: AppliedObject[] = [];
  for (const [key, object] of inventory) {
    if (object.stack !== stack) continue;
    size += 1;
    if (!isWanted(key)) left.push(object);
  }
  const kept = left.filter((object) => isProtectedKind(object));
  const candidates = left.filter((object) => !isProtectedKind(object));
  const conditions: EnvironmentCondition[] = [];
  if (kept.length > 0) {
    const message = `${list(kept)} left the stack; its kind is never deleted without an approval`;
    conditions.push({ type: 'prune-limited', stack, message });
  }
  const most = Math.max(limit.objects, Math.floor(size * limit.share));
  if (candidates.length > most) {
    const message = `${candidates.length} of ${size} objects left the stack, more than ${most}: nothing was deleted (${list(candidates)})`;
    conditions.push({ type: 'prune-limited', stack, message });
    return { allowed: [], conditions };
  }
  return { allowed: inDeletionOrder(desired, candidates), conditions };
}

function inDeletionOrder(desired: DesiredStack, objects: AppliedObject[]): AppliedObject[] {
  const unitRank = new Map(desired.plan.units.map((unit, rank) => [unit.name, rank]));
  // A unit that is gone altogether was nobody's dependency any more: it goes first.
  const rankOf = (object: AppliedObject) => unitRank.get(object.unit) ?? Number.MAX_SAFE_INTEGER;
  return objects.toSorted(
    (one, other) =>
      rankOf(other) - rankOf(one) ||
      kindRank(other) - kindRank(one) ||
      subjectOf(one).localeCompare(subjectOf(other), 'en'),
  );
}

function kindRank(object: AppliedObject): number {
  const place = lastKinds.indexOf(object.kind);
  return place === -1 ? lastKinds.length : place;
}

function list(objects: AppliedObject[]): string {
  const shown = objects.slice(0, 20).map((object) => subjectOf(object));
  const rest = objects.length - shown.length;
  return shown.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
