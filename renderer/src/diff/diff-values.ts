import type { FieldChange } from '@codex-k8s/schema';
import { listKey } from './list-keys.ts';
import {
  hidden,
  holdsMasked,
  isSafeMap,
  Masked,
  sameValue,
  toPrintable,
  type SafeValue,
} from './masked.ts';

/** One step of a path: the key of a map, the name of a list item, or its index. */
export type PathStep = { key: string } | { item: string } | { index: number };

/** A change with its path in steps, for whoever judges it. */
export interface PathChange extends FieldChange {
  steps: readonly PathStep[];
}

/** How two values differ, field by field, in the order of the head and what is gone last. */
export function diffValues(
  base: SafeValue | undefined,
  head: SafeValue | undefined,
  steps: readonly PathStep[] = [],
): PathChange[] {
  if (base === undefined) return head === undefined ? [] : [change('added', steps, base, head)];
  if (head === undefined) return [change('removed', steps, base, head)];
  if (sameValue(base, head)) return [];
  if (isSafeMap(base) && isSafeMap(head)) {
    const keys = new Set([...Object.keys(head), ...Object.keys(base)]);
    return [...keys].flatMap((key) => diffValues(base[key], head[key], [...steps, { key }]));
  }
  if (Array.isArray(base) && Array.isArray(head)) return diffLists(base, head, steps);
  return [change('changed', steps, base, head)];
}

function diffLists(
  base: readonly SafeValue[],
  head: readonly SafeValue[],
  steps: readonly PathStep[],
): PathChange[] {
  const keyOf = listKey(base, head);
  if (keyOf !== undefined && base.length > 0 && head.length > 0)
    return diffNamed(base, head, keyOf, steps);
  if (![...base, ...head].some((item) => isSafeMap(item) || Array.isArray(item)))
    return [change('changed', steps, [...base], [...head])];
  return diffIndexed(base, head, steps);
}

function diffNamed(
  base: readonly SafeValue[],
  head: readonly SafeValue[],
  keyOf: (item: SafeValue) => string,
  steps: readonly PathStep[],
): PathChange[] {
  const before = new Map(base.map((item) => [keyOf(item), item]));
  const after = new Map(head.map((item) => [keyOf(item), item]));
  const names = new Set([...after.keys(), ...before.keys()]);
  const changes = [...names].flatMap((item) =>
    diffValues(before.get(item), after.get(item), [...steps, { item }]),
  );
  const [from, to] = commonOrder([...before.keys()], [...after.keys()]);
  if (from.some((name, index) => name !== to[index]))
    changes.push({ path: formatPath(steps), change: 'reordered', from, to, steps });
  return changes;
}

/** The names that both lists have, in the order of each. */
export function commonOrder(
  base: readonly string[],
  head: readonly string[],
): [string[], string[]] {
  const [inBase, inHead] = [new Set(base), new Set(head)];
  return [base.filter((name) => inHead.has(name)), head.filter((name) => inBase.has(name))];
}

/** Items without names: equal ones at both ends are set aside, the rest is compared in pairs. */
function diffIndexed(
  base: readonly SafeValue[],
  head: readonly SafeValue[],
  steps: readonly PathStep[],
): PathChange[] {
  const same = (a: SafeValue | undefined, b: SafeValue | undefined) =>
    a !== undefined && b !== undefined && sameValue(a, b);
  let start = 0;
  while (same(base[start], head[start])) start += 1;
  let end = 0;
  const rest = Math.min(base.length, head.length) - start;
  while (end < rest && same(base[base.length - 1 - end], head[head.length - 1 - end])) end += 1;
  const [before, after] = [
    base.slice(start, base.length - end),
    head.slice(start, head.length - end),
  ];
  const longest = Math.max(before.length, after.length);
  return Array.from({ length: longest }, (_, offset) =>
    diffValues(before[offset], after[offset], [...steps, { index: start + offset }]),
  ).flat();
}

function change(
  kind: 'added' | 'changed' | 'removed',
  steps: readonly PathStep[],
  base: SafeValue | undefined,
  head: SafeValue | undefined,
): PathChange {
  const isMasked = [base, head].some((value) => value !== undefined && holdsMasked(value));
  return {
    path: formatPath(steps),
    change: kind,
    ...(base === undefined || isHidden(base) ? {} : { from: toPrintable(base) }),
    ...(head === undefined || isHidden(head) ? {} : { to: toPrintable(head) }),
    ...(isMasked ? { masked: true } : {}),
    steps,
  };
}

function isHidden(value: SafeValue): boolean {
  return value instanceof Masked && value.shown === hidden;
}

/** `spec.containers[web].env[LOG_LEVEL].value`, `metadata.annotations["a.b/c"]`, `rules[0]`. */
export function formatPath(steps: readonly PathStep[]): string {
  let path = '';
  for (const step of steps) {
    if ('item' in step)
      path += /^[\w./=,-]+$/.test(step.item) ? `[${step.item}]` : `[${JSON.stringify(step.item)}]`;
    else if ('index' in step) path += `[${step.index}]`;
    else if (/^[A-Za-z_][\w-]*$/.test(step.key)) path += path === '' ? step.key : `.${step.key}`;
    else path += `[${JSON.stringify(step.key)}]`;
  }
  return path;
}
