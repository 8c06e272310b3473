import type { Value } from '../yaml/index.ts';

export type Fields = { [key: string]: Value };

export function isFields(value: Value | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A map, or an empty one: what has another type is refused by the schema of the object. */
export function fieldsOf(value: Value | undefined): Fields {
  return isFields(value) ? value : {};
}

export function listOf(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? value : [];
}

export function textsOf(value: Value | undefined): string[] {
  return listOf(value).filter((item) => typeof item === 'string');
}

export function textOf(value: Value | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
