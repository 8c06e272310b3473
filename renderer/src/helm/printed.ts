import { parsePrinted, type ManifestScope } from '../manifests/index.ts';
import type { ParsedText } from '../sources/index.ts';
import { pathIn, type Chart } from './find-chart.ts';

const decoder = new TextDecoder();

/** Splits what helm prints by the comments that name the template of each document. */
export async function readPrinted(
  { sources }: ManifestScope,
  chart: Chart,
  output: string,
): Promise<ParsedText[]> {
  const parts = output.split(/^---\n(?=# Source: )/m).filter((part) => part.trim() !== '');
  return Promise.all(
    parts.map(async (part) => {
      const named = /^# Source: (.+)\n/.exec(part)?.[1] ?? '';
      const path = templatePath(chart, named);
      const bytes = chart.files.get(path);
      const from = {
        file: pathIn(chart, path),
        text: bytes === undefined ? '' : decoder.decode(bytes),
      };
      return parsePrinted(sources, part, from);
    }),
  );
}

/**
 * The file of a chart that helm names as `<chart>/templates/x.yaml` or
 * `<chart>/charts/<alias>/templates/x.yaml`. Aliases are no directories: there the only file that
 * ends alike is meant.
 */
export function templatePath(chart: Chart, named: string): string {
  const path = named.slice(named.indexOf('/') + 1);
  if (chart.files.has(path)) return path;
  const tail = path.replace(/^(?:charts\/[^/]+\/)+/, '');
  const alike = [...chart.files.keys()].filter(
    (file) => file.startsWith('charts/') && file.endsWith(`/${tail}`),
  );
  return alike.length === 1 ? (alike[0] ?? path) : 'Chart.yaml';
}
