import type { DesiredStack } from './desired-stack.ts';
import { identityOf } from './identity.ts';
import type { Observation } from './observation.ts';
import type { AppliedObject } from './types.ts';

const labels = {
  stack: 'codex-k8s.dev/stack',
  unit: 'codex-k8s.dev/unit',
  applySet: 'applyset.kubernetes.io/part-of',
} as const;

/**
 * Objects that this environment applied and that the record does not know: the process died between
 * the write and the record, and a later revision no longer wants them. The cluster's labels and our
 * own entry in managedFields prove it; as rows of the inventory they are pruned like others.
 */
export function orphansOf(
  observations: Iterable<Observation>,
  inventory: ReadonlyMap<string, AppliedObject>,
  stacks: readonly DesiredStack[],
  prunedUids: ReadonlySet<string>,
): AppliedObject[] {
  const orphans: AppliedObject[] = [];
  for (const seen of observations) {
    const desired = stacks.find(({ stack }) => stack === seen.labels[labels.stack]);
    if (desired === undefined || inventory.has(seen.key)) continue;
    if (stacks.some(({ objects }) => objects.has(seen.key))) continue;
    if (seen.labels[labels.applySet] !== desired.plan.applySet) continue;
    if (seen.ownedFieldsHash === undefined || seen.health === 'terminating') continue;
    if (prunedUids.has(seen.uid)) continue;
    orphans.push({
      ...identityOf(seen),
      stack: desired.stack,
      unit: seen.labels[labels.unit] ?? '',
      file: '',
      payloadHash: '',
      revision: '',
      uid: seen.uid,
      resourceVersion: seen.resourceVersion,
      ownedFieldsHash: seen.ownedFieldsHash,
      health: seen.health,
      ...(seen.message === undefined ? {} : { message: seen.message }),
    });
  }
  return orphans;
}
