import type { Waiver } from '@codex-k8s/schema';
import { at, itemsOf, toValue, type Value, type YamlMap, type YamlNode } from '../yaml/index.ts';
import type { PolicyName } from './policy.ts';

/** A waiver that counts in the environment, with its place. */
export interface ActiveWaiver {
  waiver: Waiver;
  node: YamlNode;
}

/** The waivers of a stack that are for an environment, by one of its names. */
export function waiversOf(root: YamlMap, names: ReadonlySet<string>): ActiveWaiver[] {
  return itemsOf(at(root, ['spec', 'policies', 'waivers'])).flatMap((node) => {
    const waiver = asWaiver(toValue(node));
    const isMeant = waiver.environments?.some((name) => names.has(name)) ?? true;
    return isMeant ? [{ waiver, node }] : [];
  });
}

/** The first waiver that covers a finding. */
export function findWaiver(
  waivers: readonly ActiveWaiver[],
  rule: PolicyName,
  unit: string,
  object: { kind: string; name: string },
): ActiveWaiver | undefined {
  return waivers.find(
    ({ waiver }) =>
      waiver.rule === rule &&
      (waiver.unit === undefined || waiver.unit === unit) &&
      (waiver.object === undefined || waiver.object === `${object.kind}/${object.name}`),
  );
}

function asWaiver(value: Value): Waiver {
  // oxlint-disable-next-line no-unsafe-type-assertion -- the stack was checked against the schema
  return value as unknown as Waiver;
}
