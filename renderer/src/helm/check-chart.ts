import type { Findings } from '../diagnostics/index.ts';
import { sourceText } from '../yaml/index.ts';
import { pathIn, type Chart } from './find-chart.ts';
import { remoteReferences } from './schema-references.ts';
import { reportUntypedValues } from './untyped-values.ts';
import type { ChartValues } from './values.ts';

const decoder = new TextDecoder();

/** Reports what keeps a chart from being rendered with these values, before anything runs. */
export function checkChart(findings: Findings, chart: Chart, values: ChartValues): void {
  reportUntypedValues(findings, chart, values);
  for (const [path, bytes] of chart.files) {
    if (/(?:^|\/)charts\/[^/]+\.(?:tgz|tar\.gz)$/.test(path)) reportPacked(findings, chart, path);
    if (/(?:^|\/)values\.schema\.json$/.test(path))
      reportReferences(findings, pathIn(chart, path), decoder.decode(bytes));
  }
}

function reportPacked(findings: Findings, chart: Chart, path: string): void {
  const full = pathIn(chart, path);
  const message = `${full} is packed: what is rendered must be readable in a review`;
  const directory = full.slice(0, full.lastIndexOf('/'));
  const hint = `Unpack it and remove the archive: tar -xzf ${full} -C ${directory}`;
  findings.report('unusable-source', chart.node, message, { hint });
}

function reportReferences(findings: Findings, file: string, text: string): void {
  const source = sourceText(file, text);
  const references = remoteReferences(text);
  if (references === undefined)
    findings.report('unusable-source', { source, offset: 0 }, `${file} is not valid JSON`);
  for (const { reference, offset } of references ?? []) {
    const message = `the schema refers to ${reference}, which lies outside of it`;
    const hint = 'Copy what it refers to into this schema, below definitions.';
    findings.report('remote-source', { source, offset }, message, { hint });
  }
}
