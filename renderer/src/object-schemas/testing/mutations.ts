import type { Value } from '../../yaml/index.ts';

/** An object with one thing changed. */
export interface Mutation {
  /** `spec.replicas = "x"`, for people. */
  name: string;
  object: Value;
}

const replacements: readonly Value[] = ['x', 1.5, 7, true, null, [], {}, ['x'], { x: 'y' }];

/** Every object that differs from this one in a single field: absent, renamed or of another value. */
export function mutationsOf(object: Value): Mutation[] {
  return pathsOf(object, []).flatMap((path) => {
    const at = path.join('.');
    const last = path.at(-1) ?? '';
    const parent = path.slice(0, -1);
    const found: Mutation[] = replacements.map((value) => ({
      name: `${at} = ${JSON.stringify(value)}`,
      object: change(object, path, () => value),
    }));
    if (typeof last === 'string') {
      found.push({ name: `no ${at}`, object: change(object, path, () => undefined) });
      found.push({
        name: `${at} as ${last}X`,
        object: change(object, parent, (map) => renamed(map, last)),
      });
    } else
      found.push({
        name: `${at} twice`,
        object: change(object, parent, (list) => doubled(list, last)),
      });
    return found;
  });
}

/** Paths below an object; what makes it this object and no other stays. */
function pathsOf(value: Value, path: readonly (string | number)[]): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [];
  const steps = Array.isArray(value) ? value.keys() : Object.keys(value);
  return [...steps].flatMap((step) => {
    const next = [...path, step];
    if (['apiVersion', 'kind', 'metadata', 'metadata.name'].includes(next.join('.')))
      return next.join('.') === 'metadata' ? pathsOf(childOf(value, step), next) : [];
    return [next, ...pathsOf(childOf(value, step), next)];
  });
}

function childOf(value: Value, step: string | number): Value {
  if (Array.isArray(value)) return value[Number(step)] ?? null;
  return typeof value === 'object' && value !== null ? (value[step] ?? null) : null;
}

function change(
  value: Value,
  [step, ...rest]: readonly (string | number)[],
  edit: (value: Value) => Value | undefined,
): Value {
  if (step === undefined) return edit(value) ?? null;
  if (Array.isArray(value))
    return value.map((item, index) => (index === step ? change(item, rest, edit) : item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, inner]): [string, Value][] => {
    if (key !== step) return [[key, inner]];
    if (rest.length > 0) return [[key, change(inner, rest, edit)]];
    const edited = edit(inner);
    return edited === undefined ? [] : [[key, edited]];
  });
  return Object.fromEntries(entries);
}

function renamed(map: Value, key: string): Value {
  if (typeof map !== 'object' || map === null || Array.isArray(map)) return map;
  return Object.fromEntries(
    Object.entries(map).map(([name, value]) => [name === key ? `${name}X` : name, value]),
  );
}

function doubled(list: Value, index: number): Value {
  return Array.isArray(list) ? [...list, list[index] ?? null] : list;
}
