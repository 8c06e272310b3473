import type { ManifestScope } from '../manifests/index.ts';
import { parseYaml, sourceText, type Place, type YamlNode } from '../yaml/index.ts';
import { pathIn } from './find-chart.ts';
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
  findings.report('source-failed', placeInTemplates(release, said) ?? chart.node, message);
}

/** The chart's own values: what they break is nobody else's fault. */
async function defaultsOf({ chart }: ChartRelease): Promise<YamlNode | undefined> {
  const bytes = chart.files.get('values.yaml');
  if (bytes === undefined) return undefined;
  const source = sourceText(pathIn(chart, 'values.yaml'), decoder.decode(bytes));
  return (await parseYaml(source)).documents[0];
}

function placeInTemplates({ chart }: ChartRelease, said: string): Place | undefined {
  const match = /(?:^|[\s("])([^\s:("]+\/templates\/[^\s:)"]+)(?::(\d+))?(?::(\d+))?/.exec(said);
  if (match === null) return undefined;
  const path = templatePath(chart, match[1] ?? '');
  const bytes = chart.files.get(path);
  if (bytes === undefined) return undefined;
  const text = decoder.decode(bytes);
  const before = text.split('\n').slice(0, Number(match[2] ?? 1) - 1);
  // Go counts columns from 0.
  const offset = before.reduce((sum, line) => sum + line.length + 1, Number(match[3] ?? 0));
  return { source: sourceText(pathIn(chart, path), text), offset };
}

/** Without the hint at an option that nobody can give here. */
function withoutNoise(said: string): string {
  return said
    .replace(/^Error: /, '')
    .replace(/\n+Use --debug flag to render out invalid YAML/, '')
    .trim();
}
