import { isRecord } from '../objects/index.ts';
import type { Value } from '../yaml/index.ts';

/** Stands for a hidden value wherever one is printed. */
export const hidden = '***';

/** A scalar that is a secret or holds one. It can be compared, but what is hidden is not given away. */
export class Masked {
  /** The text with its secret parts replaced; nothing of it when all of it is secret. */
  readonly shown: string;
  readonly #raw: string;

  constructor(raw: string, shown: string = hidden) {
    this.#raw = raw;
    this.shown = shown;
  }

  equals(other: Masked): boolean {
    return this.#raw === other.#raw;
  }
}

/** A value of a Kubernetes object without its secrets. */
export type SafeValue =
  | string
  | number
  | boolean
  | null
  | Masked
  | SafeValue[]
  | { [key: string]: SafeValue };

export function isSafeMap(value: SafeValue | undefined): value is { [key: string]: SafeValue } {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Masked)
  );
}

/** Whether two values are the same, secrets compared by what they are. */
export function sameValue(a: SafeValue, b: SafeValue): boolean {
  if (a instanceof Masked || b instanceof Masked)
    return a instanceof Masked && b instanceof Masked && a.equals(b);
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => sameValue(item, b[index] ?? null));
  }
  if (!isSafeMap(a) || !isSafeMap(b)) return a === b;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => {
    const [left, right] = [a[key], b[key]];
    return left !== undefined && right !== undefined && sameValue(left, right);
  });
}

/** The value as it may be printed. */
export function toPrintable(value: SafeValue): Value {
  if (value instanceof Masked) return value.shown;
  if (Array.isArray(value)) return value.map(toPrintable);
  if (!isSafeMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toPrintable(inner)]));
}

/** Whether a value holds anything that is masked. */
export function holdsMasked(value: SafeValue): boolean {
  if (value instanceof Masked) return true;
  if (Array.isArray(value)) return value.some(holdsMasked);
  return isSafeMap(value) && Object.values(value).some(holdsMasked);
}

/**
 * Takes the secrets out of a Kubernetes object: data of Secrets, values under names that look like
 * secrets, and what looks like one inside of any text.
 */
export function maskObject(
  object: { [key: string]: Value },
  mask: Masking,
): { [key: string]: SafeValue } {
  const isSecret = object['kind'] === 'Secret' && object['apiVersion'] === 'v1';
  const safe: { [key: string]: SafeValue } = {};
  for (const [key, value] of Object.entries(object)) {
    safe[key] =
      isSecret && (key === 'data' || key === 'stringData')
        ? maskAll(value)
        : maskValue(value, key, mask, false);
  }
  return safe;
}

/** How names and texts are judged. */
export interface Masking {
  /** Whether a value under this key or variable name is a secret. */
  isSecretName(name: string, place: 'key' | 'variable'): boolean;
  /** Whether a name tells where a secret is or what it is like, such as `secretName`. */
  isHarmlessName(name: string): boolean;
  /** The text with what looks like a secret replaced by `***`. */
  maskText(text: string): string;
}

/** @param isInside whether a key further up says that all of this is secret */
function maskValue(value: Value, key: string, mask: Masking, isInside: boolean): SafeValue {
  const isSecret = mask.isSecretName(key, 'key') || (isInside && !mask.isHarmlessName(key));
  if (Array.isArray(value)) return maskList(value, mask, isSecret);
  if (isRecord(value)) return maskMap(value, mask, isSecret || isInside);
  if (isSecret) return maskAll(value);
  return typeof value === 'string' ? maskScalar(value, mask) : value;
}

function maskMap(map: { [key: string]: Value }, mask: Masking, isInside: boolean): SafeValue {
  const safe: { [key: string]: SafeValue } = {};
  const { name } = map;
  // Environment variables, and whatever else is written as a name with a value.
  const isSecretVariable = typeof name === 'string' && mask.isSecretName(name, 'variable');
  for (const [key, value] of Object.entries(map)) {
    safe[key] =
      key === 'value' && isSecretVariable ? maskAll(value) : maskValue(value, key, mask, isInside);
  }
  return safe;
}

/** Of a list of arguments, what follows a flag such as `--password` is secret too. */
function maskList(list: readonly Value[], mask: Masking, isSecret: boolean): SafeValue[] {
  return list.map((item, index) => {
    if (isRecord(item)) return maskMap(item, mask, isSecret);
    if (Array.isArray(item)) return maskList(item, mask, isSecret);
    const before = list[index - 1];
    const flag = typeof before === 'string' ? /^--?([A-Za-z][\w-]*)$/.exec(before)?.[1] : undefined;
    const isSecretArgument = flag !== undefined && mask.isSecretName(flag, 'variable');
    if (isSecret || isSecretArgument) return maskAll(item);
    return typeof item === 'string' ? maskScalar(item, mask) : item;
  });
}

function maskScalar(text: string, mask: Masking): SafeValue {
  const shown = mask.maskText(text);
  return shown === text ? text : new Masked(text, shown);
}

/** Every text and number below; keys and switches stay, and so do references to variables. */
function maskAll(value: Value): SafeValue {
  if (Array.isArray(value)) return value.map(maskAll);
  if (isRecord(value))
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, maskAll(inner)]));
  if (typeof value === 'string' && /^(?:\$\([\w.-]+\)|\$\{[\w.-]+\})$/.test(value)) return value;
  const isShown = value === null || value === '' || typeof value === 'boolean';
  return isShown ? value : new Masked(String(value));
}
