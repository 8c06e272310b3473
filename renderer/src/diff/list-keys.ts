import { isSafeMap, type SafeValue } from './masked.ts';

type Item = { [key: string]: SafeValue };

/** Fields that tell items of a list apart, the first that fits; several together where one is not enough. */
const candidates = [
  ['name'],
  ['mountPath'],
  ['devicePath'],
  ['containerPort', 'protocol'],
  ['port', 'protocol'],
  ['host'],
  ['path', 'pathType'],
  ['topologyKey'],
  ['key'],
  ['ip'],
  ['type'],
] as const;

/**
 * Names for the items of two versions of a list, so that an item in the middle is one change and
 * not many. Undefined when its items cannot be told apart.
 */
export function listKey(
  base: readonly SafeValue[],
  head: readonly SafeValue[],
): ((item: SafeValue) => string) | undefined {
  if (!base.every(isSafeMap) || !head.every(isSafeMap)) return undefined;
  const fields = candidates.find(
    (names) =>
      isUnique(base.map((item) => keyBy(item, names))) &&
      isUnique(head.map((item) => keyBy(item, names))),
  );
  if (fields === undefined) return undefined;
  return (item) => (isSafeMap(item) ? keyBy(item, fields) : undefined) ?? '';
}

/** `name` is the name alone; other fields say what they are. The first field must be there. */
function keyBy(item: Item, fields: readonly string[]): string | undefined {
  const parts = fields.map((field) => {
    const value = item[field];
    return typeof value === 'string' || typeof value === 'number' ? `${field}=${value}` : undefined;
  });
  if (parts[0] === undefined) return undefined;
  return fields[0] === 'name'
    ? parts[0].slice('name='.length)
    : parts.filter((part) => part !== undefined).join(',');
}

function isUnique(keys: readonly (string | undefined)[]): boolean {
  return keys.every((key) => key !== undefined) && new Set(keys).size === keys.length;
}
