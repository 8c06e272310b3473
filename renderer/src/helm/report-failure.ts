import type { ManifestScope } from '../manifests/index.ts';
import { parseYaml, sourceText, type Place, type YamlNode } from '../yaml/index.ts';
import { pathIn, type Chart } from './find-chart.ts';
import type { ChartRelease } from './helm-source.ts';
import { templatePath } from './printed.ts';
import { parseViolations, placeOfViolation } from './value-violations.ts';

const decoder = new TextDecoder();

/** Reports what helm says: values against a schema at the values, the rest in the templates. */
export async function reportFailure(
  { findings }: ManifestScope,
  release: ChartRelease,
  said: string,
): Promise<void> {
  const { chart, values } = release;
  const violations = parseViolations(said);
  if (violations.length > 0) {
    const roots = values.files.flatMap(({ root }) => root ?? []).toReversed();
    const defaults = await defaultsOf(release);
    for (const violation of violations) {
      const all = defaults === undefined ? roots : [...roots, defaults];
      const place = placeOfViolation(violation, chart.name, all) ?? values.node ?? chart.node;
      findings.report('chart-value', place, violation.message);
    }
    return;
  }
  const message = withoutNoise(said);
  findings.report('source-failed', placeInChart(release, said) ?? chart.node, message);
}

/** The chart's own values: what they break is nobody else's fault. */
async function defaultsOf({ chart }: ChartRelease): Promise<YamlNode | undefined> {
  const bytes = chart.files.get('values.yaml');
  if (bytes === undefined) return undefined;
  const source = sourceText(pathIn(chart, 'values.yaml'), decoder.decode(bytes));
  return (await parseYaml(source)).documents[0];
}

/** Where the message points: a line of a template, or one of the two files that describe a chart. */
function placeInChart({ chart }: ChartRelease, said: string): Place | undefined {
  const template = /(?:^|[\s("])([^\s:("]+\/templates\/[^\s:)"]+)(?::(\d+))?(?::(\d+))?/.exec(said);
  if (template !== null) {
    const [, named = '', line = '1', column = '0'] = template;
    return placeIn(chart, templatePath(chart, named), Number(line), Number(column));
  }
  const line = Number(/yaml: line (\d+):/.exec(said)?.[1] ?? 1);
  const loaded = /cannot load (Chart\.yaml|values\.yaml)/.exec(said)?.[1];
  if (loaded !== undefined) return placeIn(chart, loaded, line, 0);
  const isDescribed = /^(?:Error: )?validation: chart\.metadata|found in Chart\.yaml/.test(said);
  return isDescribed ? placeIn(chart, 'Chart.yaml', 1, 0) : undefined;
}

/** @param column as Go counts: from 0 */
function placeIn(chart: Chart, path: string, line: number, column: number): Place | undefined {
  const bytes = chart.files.get(path);
  if (bytes === undefined) return undefined;
  const text = decoder.decode(bytes);
  const before = text.split('\n').slice(0, line - 1);
  const offset = before.reduce((sum, { length }) => sum + length + 1, column);
  return { source: sourceText(pathIn(chart, path), text), offset };
}

/** Without the hint at an option that nobody can give here. */
function withoutNoise(said: string): string {
  return said
    .replace(/^Error: /, '')
    .replace(/\n+Use --debug flag to render out invalid YAML/, '')
    .trim();
}
