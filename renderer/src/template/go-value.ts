/**
 * A value inside a template. Integers are safe-integer numbers, floats are wrapped: Go tells
 * them apart, and so do comparisons and `printf`.
 */
export type GoValue = string | number | boolean | null | GoFloat | readonly GoValue[] | GoMap;

export interface GoMap {
  readonly [key: string]: GoValue;
}

export class GoFloat {
  readonly float: number;

  constructor(float: number) {
    this.float = float;
  }
}

export type GoKind = 'string' | 'int' | 'float64' | 'bool' | 'nil' | 'list' | 'map';

export function kindOf(value: GoValue): GoKind {
  if (value === null) return 'nil';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'int' : 'float64';
  if (value instanceof GoFloat) return 'float64';
  return Array.isArray(value) ? 'list' : 'map';
}

export function isList(value: GoValue): value is readonly GoValue[] {
  return Array.isArray(value);
}

export function isMap(value: GoValue): value is GoMap {
  return kindOf(value) === 'map';
}

/** The number of an int or float. */
export function numberOf(value: GoValue): number | undefined {
  if (typeof value === 'number') return value;
  return value instanceof GoFloat ? value.float : undefined;
}

/** What `if`, `and`, `or` and `not` take for true. */
export function isTrue(value: GoValue): boolean {
  if (value === null || value === '' || value === false) return false;
  const number = numberOf(value);
  if (number !== undefined) return number !== 0;
  if (isList(value)) return value.length > 0;
  return isMap(value) ? Object.keys(value).length > 0 : true;
}

/** Keys of a map in the order in which Go walks it. */
export function sortedKeys(map: GoMap): string[] {
  return Object.keys(map).toSorted(compareStrings);
}

/** Go compares strings by bytes, which is by code points. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    if (a.charCodeAt(index) !== b.charCodeAt(index))
      return (a.codePointAt(index) ?? 0) - (b.codePointAt(index) ?? 0);
  }
  return a.length - b.length;
}
