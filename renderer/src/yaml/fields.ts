import type { Value } from './nodes.ts';

/** A map of values. */
export type Fields = { [key: string]: Value };

export function isFields(value: Value | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A map, or an empty one in place of anything else: for values whose schema is checked elsewhere. */
export function fieldsOf(value: Value | undefined): Fields {
  return isFields(value) ? value : {};
}

/** The items of a list, or none. */
export function listOf(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? value : [];
}

/** The strings among the items of a list. */
export function textsOf(value: Value | undefined): string[] {
  return listOf(value).filter((item) => typeof item === 'string');
}

/** A string, or undefined. */
export function textOf(value: Value | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
