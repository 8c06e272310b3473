import { isCustomResourceDefinition, subjectOf } from './identity.ts';
import type { Situation } from './situation.ts';
import type { EnvironmentCondition } from './types.ts';

/** Whose every wanted object is. */
export interface Owners {
  /** Which stack owns each wanted object. */
  byKey: Map<string, string>;
  conditions: EnvironmentCondition[];
}

/** An object that two stacks want belongs to the one that applied it, else to the first by name; the other is told. */
export function ownersOf(situation: Situation): Owners {
  const byKey = new Map<string, string>();
  const conditions: EnvironmentCondition[] = [];
  for (const desired of situation.stacks) {
    for (const [key, object] of desired.objects) {
      const other = byKey.get(key);
      if (other === undefined) {
        byKey.set(key, desired.stack);
        continue;
      }
      const holder = situation.inventory.get(key)?.stack;
      const owner = holder === desired.stack ? desired.stack : other;
      const loser = owner === other ? desired.stack : other;
      byKey.set(key, owner);
      const message = `${subjectOf(object)} belongs to stack '${owner}'; stack '${loser}' declares it too`;
      conditions.push({ type: 'conflict', stack: loser, message });
    }
  }
  return { byKey, conditions };
}

/** API groups whose CRDs are part of a revision and not served yet: their objects wait, others do not. */
export function unestablishedGroups(situation: Situation): Set<string> {
  const groups = new Set<string>();
  for (const desired of situation.stacks) {
    for (const [key, object] of desired.objects) {
      if (!isCustomResourceDefinition(object)) continue;
      const applied = situation.inventory.get(key);
      const ready =
        applied?.payloadHash === object.payloadHash &&
        situation.factOf(key, applied).health === 'current';
      // The name of a CRD is `<plural>.<group>`.
      if (!ready) groups.add(object.name.slice(object.name.indexOf('.') + 1));
    }
  }
  return groups;
}
