import { suggest } from '../diagnostics/index.ts';
import type { Value } from '../yaml/index.ts';

/** A step of a path as it is written: a key, or an item of a list by name or number. */
export interface FieldStep {
  kind: 'key' | 'item';
  text: string;
}

/** A step that was found: an item keeps its number, and its name to be found again by. */
export type FoundStep = { key: string } | { index: number; name: string | undefined };

export type FieldOutcome =
  | { ok: true; value: Value; path: readonly FoundStep[] }
  | { ok: false; message: string; hint: string | undefined };

/** Fields by which lists of Kubernetes tell their items apart. */
const itemKeys = ['name', 'mountPath', 'containerPort', 'port', 'key', 'host', 'path', 'ip'];

/**
 * Reads a path such as `spec.template.spec.containers[web].image` or
 * `metadata.labels["app.kubernetes.io/name"]`; a leading dot is fine. Undefined when it is none.
 */
export function parseFieldPath(text: string): FieldStep[] | undefined {
  const steps: FieldStep[] = [];
  const pattern = /(?:^|\.)([^.[\]"']+)|\[(?:"([^"]*)"|'([^']*)'|([^\]"']+))\]/y;
  const path = text.startsWith('.') ? text.slice(1) : text;
  while (pattern.lastIndex < path.length) {
    const match = pattern.exec(path);
    if (match === null) return undefined;
    const [, key, double, single, bare] = match;
    if (key !== undefined) steps.push({ kind: 'key', text: key });
    else if (bare !== undefined) steps.push({ kind: 'item', text: bare });
    else steps.push({ kind: 'key', text: double ?? single ?? '' });
  }
  return steps.length === 0 ? undefined : steps;
}

/** The value at a path, or what is there instead. */
export function findField(object: Value, steps: readonly FieldStep[]): FieldOutcome {
  let value = object;
  const path: FoundStep[] = [];
  for (const step of steps) {
    const at = printPath(path);
    if (Array.isArray(value)) {
      const index = indexOfItem(value, step.text);
      const item = index === undefined ? undefined : value[index];
      if (index === undefined || item === undefined) {
        const names = value.map((each, number) => nameOf(each) ?? String(number));
        return notFound(`${at} has no item ${step.text}`, step.text, names);
      }
      path.push({ index, name: nameOf(item) });
      value = item;
    } else if (typeof value === 'object' && value !== null) {
      const next: Value | undefined = Object.hasOwn(value, step.text)
        ? value[step.text]
        : undefined;
      if (next === undefined) {
        const message = `${at === '' ? 'the object' : at} has no field ${step.text}`;
        return notFound(message, step.text, Object.keys(value));
      }
      path.push({ key: step.text });
      value = next;
    } else {
      return {
        ok: false,
        message: `${at} is ${JSON.stringify(value)}: it has no fields`,
        hint: undefined,
      };
    }
  }
  return { ok: true, value, path };
}

/** The value at a path found before, in an object that may have changed since. */
export function readAgain(object: Value, path: readonly FoundStep[]): Value | undefined {
  let value: Value | undefined = object;
  for (const step of path) {
    if ('key' in step) {
      value =
        typeof value === 'object' && value !== null && !Array.isArray(value)
          ? value[step.key]
          : undefined;
    } else if (Array.isArray(value)) {
      const named: number = value.findIndex((item) => nameOf(item) === step.name);
      value = value[step.name === undefined || named < 0 ? step.index : named];
    } else return undefined;
  }
  return value;
}

/** A path as people write it. */
export function printPath(path: readonly FoundStep[]): string {
  return path
    .map((step, index) => {
      if ('index' in step) return `[${step.name ?? step.index}]`;
      if (/^[A-Za-z_][\w-]*$/.test(step.key)) return index === 0 ? step.key : `.${step.key}`;
      return `[${JSON.stringify(step.key)}]`;
    })
    .join('');
}

function indexOfItem(items: readonly Value[], text: string): number | undefined {
  const named = items.findIndex((item) => namesOf(item).includes(text));
  if (named >= 0) return named;
  const index = /^[0-9]+$/.test(text) ? Number(text) : undefined;
  if (index !== undefined) return index < items.length ? index : undefined;
  const same = items.indexOf(text);
  return same >= 0 ? same : undefined;
}

function nameOf(item: Value): string | undefined {
  return namesOf(item)[0];
}

function namesOf(item: Value): string[] {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return [];
  // Templates of volume claims are objects of their own.
  const { metadata } = item;
  if (metadata !== undefined) return namesOf(metadata);
  return itemKeys.flatMap((key) => {
    const value = item[key];
    return typeof value === 'string' || typeof value === 'number' ? [String(value)] : [];
  });
}

function notFound(message: string, text: string, known: readonly string[]): FieldOutcome {
  const hint =
    suggest(text, known) ?? (known.length === 0 ? undefined : `There are: ${known.join(', ')}.`);
  return { ok: false, message, hint };
}
