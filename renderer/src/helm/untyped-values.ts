import type { Findings } from '../diagnostics/index.ts';
import { child, itemsOf, keyPlace, stringOf } from '../yaml/index.ts';
import { pathIn, type Chart } from './find-chart.ts';
import type { ChartValues } from './values.ts';

const decoder = new TextDecoder();
/** Keywords that may describe values elsewhere: what is described there is not looked for. */
const elsewhere = [
  '$ref',
  '$dynamicRef',
  'allOf',
  'anyOf',
  'oneOf',
  'if',
  'patternProperties',
  'additionalProperties',
  'unevaluatedProperties',
];

/** Reports values that no schema says anything about: neither the chart's nor that of a chart in it. */
export function reportUntypedValues(findings: Findings, chart: Chart, values: ChartValues): void {
  const file = pathIn(chart, 'values.schema.json');
  const schema = chart.files.get('values.schema.json');
  if (schema === undefined) {
    if (values.node === undefined) return;
    const message = `there is no ${file}: nothing says what these values may be`;
    findings.report('untyped-values', values.node, message);
    return;
  }
  const described = describedKeys(decoder.decode(schema));
  if (described === undefined) return;
  const inner = typedDependencies(chart);
  for (const { root } of values.files) {
    if (root?.kind !== 'map') continue;
    for (const key of root.entries.keys()) {
      if (described.has(key) || inner.has(key)) continue;
      const message = `${file} does not say what ${key} may be`;
      findings.report('untyped-values', keyPlace(root, key), message, {
        hint: `Describe ${key} below properties of the schema, or correct its name; additionalProperties: false makes helm itself refuse what is not described.`,
      });
    }
  }
}

/** Keys that a schema describes; undefined when it may say it in another way. */
function describedKeys(schema: string): ReadonlySet<string> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(schema);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const root = new Map<string, unknown>(Object.entries(value));
  if (elsewhere.some((keyword) => root.has(keyword))) return undefined;
  const properties = root.get('properties');
  const keys = typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
  return new Set(keys);
}

/** Keys of charts below this one that have a schema of their own. */
function typedDependencies({ description, files }: Chart): ReadonlySet<string> {
  const keys = new Set<string>();
  const isTyped = (name: string): boolean => files.has(`charts/${name}/values.schema.json`);
  for (const path of files.keys()) {
    const name = /^charts\/([^/]+)\/values\.schema\.json$/.exec(path)?.[1];
    if (name !== undefined) keys.add(name);
  }
  for (const dependency of itemsOf(child(description, 'dependencies'))) {
    const alias = stringOf(child(dependency, 'alias'));
    if (alias !== undefined && isTyped(stringOf(child(dependency, 'name')) ?? '')) keys.add(alias);
  }
  return keys;
}
