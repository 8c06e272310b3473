import { at, child, itemsOf, stringOf, type YamlNode } from '../yaml/index.ts';

/** A place in a unit where a typed workload, hook or migration reads a secret. */
export interface SecretReference {
  name: string;
  /** One key, or undefined for all of them. */
  key: string | undefined;
  /** The pod starts without it. */
  isOptional: boolean;
  nameNode: YamlNode;
  keyNode: YamlNode | undefined;
}

/** Trees are never changed in place: a unit that stayed the same is not searched again. */
const known = new WeakMap<YamlNode, readonly SecretReference[]>();

/** Every secret that the typed parts of a unit read. */
export function secretReferences(unit: YamlNode): readonly SecretReference[] {
  const before = known.get(unit);
  if (before !== undefined) return before;
  const jobs = [...itemsOf(child(unit, 'migrations')), ...itemsOf(child(unit, 'hooks'))];
  const pods = [
    child(unit, 'workload'),
    ...jobs.flatMap((job) => [job, at(job, ['rollback', 'job'])]),
  ];
  const references = pods.flatMap((pod) => (pod === undefined ? [] : podSecretReferences(pod)));
  known.set(unit, references);
  return references;
}

/** Every secret that one typed pod reads. */
export function podSecretReferences(pod: YamlNode): SecretReference[] {
  const env = child(pod, 'env');
  const values = env?.kind === 'map' ? [...env.entries.values()].map(({ value }) => value) : [];
  const references: SecretReference[] = [];
  for (const value of values) {
    const secret = child(value, 'secret');
    const nameNode = child(secret, 'name');
    const keyNode = child(secret, 'key');
    const name = stringOf(nameNode);
    const optional = child(secret, 'optional');
    if (nameNode === undefined || name === undefined) continue;
    const isOptional = optional?.kind === 'scalar' && optional.value === true;
    references.push({ name, key: stringOf(keyNode), isOptional, nameNode, keyNode });
  }
  for (const volume of itemsOf(child(pod, 'volumes'))) {
    const nameNode = child(volume, 'secret');
    const name = stringOf(nameNode);
    if (nameNode === undefined || name === undefined) continue;
    references.push({ name, key: undefined, isOptional: false, nameNode, keyNode: undefined });
  }
  return references;
}
