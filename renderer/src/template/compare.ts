import { compareStrings, isList, isMap, kindOf, numberOf, type GoValue } from './go-value.ts';

const basic = new Set(['string', 'int', 'float64', 'bool']);

/** `eq a b c…`: whether a equals any of the others. Kinds must agree, as in Go. */
export function equalsAny(first: GoValue, others: readonly GoValue[]): boolean {
  for (const other of others) {
    if (equals(first, other)) return true;
  }
  return false;
}

function equals(a: GoValue, b: GoValue): boolean {
  const [kindA, kindB] = [kindOf(a), kindOf(b)];
  if (kindA === 'nil' || kindB === 'nil') return kindA === kindB;
  if (isList(a) || isMap(a) || isList(b) || isMap(b)) {
    const comparable = basic.has(kindA) || basic.has(kindB);
    throw new Error(
      comparable ? 'incompatible types for comparison' : `${kindA} values cannot be compared`,
    );
  }
  if (kindA !== kindB) throw new Error(`incompatible types for comparison: ${kindA} and ${kindB}`);
  return kindA === 'float64' ? numberOf(a) === numberOf(b) : a === b;
}

/** `lt a b` and its relatives: negative, zero or positive. */
export function order(a: GoValue, b: GoValue): number {
  const [kindA, kindB] = [kindOf(a), kindOf(b)];
  if (!basic.has(kindA) || !basic.has(kindB))
    throw new Error('only numbers and strings have an order');
  if (kindA !== kindB) throw new Error(`incompatible types for comparison: ${kindA} and ${kindB}`);
  if (kindA === 'bool') throw new Error('only numbers and strings have an order');
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  return (numberOf(a) ?? 0) - (numberOf(b) ?? 0);
}
