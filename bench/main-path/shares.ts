import { readFile } from 'node:fs/promises';
import { round } from '../measure.ts';
import type { Installation } from './setup.ts';

/** Where the time of a push went, from the platform's own metrics: milliseconds per run. */
export async function readShares(installation: Installation): Promise<Record<string, number>> {
  const token = (await readFile(installation.installToken, 'utf8')).trim();
  const texts = await Promise.all(
    [installation.controller, installation.apply].map(async (process) => {
      const answer = await fetch(`${String(process.ready['private'])}/metrics`, { headers: { authorization: `Bearer ${token}` } });
      if (!answer.ok) throw new Error(`${process.name}: /metrics answered ${answer.status}`);
      return answer.text();
    }),
  );
  const metrics = texts.join('\n');
  const [row] = await installation.db.query<{ runs: number }>('select count(*)::int as runs from core.agent_runs');
  const runs = Math.max(1, row?.runs ?? 1);
  const perRun = (name: string): number => round((sum(metrics, `codexk8s_${name}_seconds_sum`) * 1000) / runs);
  return {
    runs,
    sourceOpenMs: perRun('source_open'),
    headsMs: perRun('heads'),
    renderMs: perRun('render'),
    publishMs: perRun('publish'),
    databaseMs: perRun('database'),
    kubernetesMs: perRun('kubernetes_request'),
    documentsParsed: round(sum(metrics, 'codexk8s_documents_parsed_total') / runs),
  };
}

/** The sum of a metric over all its label sets. */
function sum(text: string, name: string): number {
  let total = 0;
  for (const line of text.split('\n')) if (line.startsWith(`${name}{`) || line.startsWith(`${name} `)) total += Number(line.split(' ').at(-1));
  return total;
}
