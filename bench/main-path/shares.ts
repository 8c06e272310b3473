import { readFile } from 'node:fs/promises';
import { round } from '../measure.ts';
import type { Installation } from './setup.ts';

/** Sums of the platform's own metrics at one moment. */
export type MetricSums = Record<(typeof names)[number], number>;

const names = [
  'source_open',
  'heads',
  'render',
  'publish',
  'database',
  'kubernetes',
  'documentsParsed',
] as const;

/** Reads the metrics of the controller and the apply process. */
export async function readSums(installation: Installation): Promise<MetricSums> {
  const token = (await readFile(installation.installToken, 'utf8')).trim();
  const texts = await Promise.all(
    [installation.controller, installation.apply].map(async (process) => {
      const answer = await fetch(`${String(process.ready['private'])}/metrics`, {
        headers: { authorization: `Bearer ${token}` },
      });
      if (!answer.ok) throw new Error(`${process.name}: /metrics answered ${answer.status}`);
      return answer.text();
    }),
  );
  const text = texts.join('\n');
  const seconds = (name: string): number => sum(text, `codexk8s_${name}_seconds_sum`) * 1000;
  return {
    source_open: seconds('source_open'),
    heads: seconds('heads'),
    render: seconds('render'),
    publish: seconds('publish'),
    database: seconds('database'),
    // Watches stay open for minutes: they are no part of a push.
    kubernetes:
      seconds('kubernetes_request') -
      sum(text, 'codexk8s_kubernetes_request_seconds_sum', 'verb="watch"') * 1000,
    documentsParsed: sum(text, 'codexk8s_documents_parsed_total'),
  };
}

/** What one push cost between two readings: milliseconds by part, and documents parsed. */
export function perPush(
  before: MetricSums,
  after: MetricSums,
  pushes: number,
): Record<string, number> {
  return Object.fromEntries(
    names.map((name) => [
      name === 'documentsParsed' ? name : `${name}Ms`,
      round((after[name] - before[name]) / pushes),
    ]),
  );
}

/** The sum of a metric over its label sets, or over those with the given label. */
function sum(text: string, name: string, label = ''): number {
  let total = 0;
  for (const line of text.split('\n'))
    if ((line.startsWith(`${name}{`) || line.startsWith(`${name} `)) && line.includes(label))
      total += Number(line.split(' ').at(-1));
  return total;
}
