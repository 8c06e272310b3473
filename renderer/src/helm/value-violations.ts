import { at, keyPlace, nearest, type Place, type YamlNode } from '../yaml/index.ts';

/** What the schema of a chart says against one value. */
export interface ValueViolation {
  /** The chart that says it: the chart itself, or one that it depends on. */
  chart: string;
  /** Path of the value inside the values of that chart. */
  path: readonly string[];
  message: string;
  /** A field that does not belong there. */
  extra?: string;
}

/**
 * Takes the violations out of the message of helm: a line `chart:` and, below it, lines
 * `- at '/path': what`. What only says that the lines below it failed is left out.
 */
export function parseViolations(said: string): ValueViolation[] {
  const start = said.indexOf("values don't meet the specifications of the schema");
  if (start < 0) return [];
  let chart = '';
  const violations: ValueViolation[] = [];
  const lines = said.slice(start).split('\n').slice(1);
  for (const [index, line] of lines.entries()) {
    const heading = /^([^\s:]+):$/.exec(line)?.[1];
    if (heading !== undefined) chart = heading;
    const match = /^(\s*)- at '([^']*)': (.*)$/.exec(line);
    if (match === null) continue;
    const [, indent = '', pointer = '', what = ''] = match;
    const hasReasons = lines[index + 1]?.startsWith(`${indent}  - at `) === true;
    if (!hasReasons || /anyOf|oneOf/.test(what))
      violations.push(...violationsOf(chart, parsePointer(pointer), what));
  }
  return violations;
}

function violationsOf(chart: string, path: string[], what: string): ValueViolation[] {
  const name = [chart, ...path].join('.');
  const extras = /^additional properties (.*) not allowed$/.exec(what)?.[1];
  if (extras === undefined) return [{ chart, path, message: `${name}: ${what}` }];
  return [...extras.matchAll(/'([^']*)'/g)].map(([, extra = '']) => ({
    chart,
    path,
    extra,
    message: `${name}: the chart knows no value ${extra}`,
  }));
}

/**
 * Where the violating value is written.
 *
 * @param roots values, those that win first
 */
export function placeOfViolation(
  { chart, path, extra }: ValueViolation,
  chartName: string,
  roots: readonly YamlNode[],
): Place | undefined {
  const full = chart === chartName ? path : [chart, ...path];
  for (const root of roots) {
    const node = at(root, full);
    if (node === undefined) continue;
    if (extra === undefined) return node;
    if (node.kind === 'map' && node.entries.has(extra)) return keyPlace(node, extra);
  }
  const [first] = roots;
  return first === undefined ? undefined : nearest(first, full);
}

function parsePointer(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}
