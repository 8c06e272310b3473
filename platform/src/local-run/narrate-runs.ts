import { getRun, openChangeStream } from '@codex-k8s/controller';
import type { ChangeEvent, Database, RunView } from '@codex-k8s/controller';
import type { Narrator } from '../local/index.ts';

/** Runs as they go by, told on the terminal; and waiting for what they lead to, without polling. */
export interface RunNarration {
  /** Resolves once `look` finds something; it looks at every change. */
  until<T>(look: () => Promise<T | undefined>): Promise<T>;
}

const shown = [
  'run.rendered',
  'run.committed',
  'run.unchanged',
  'run.applied',
  'run.healthy',
  'run.failed',
];

/** Tells each step of every run with its duration since the delivery was received. */
export async function narrateRuns(db: Database, narrator: Narrator): Promise<RunNarration> {
  const changes = await openChangeStream(db);
  const lookers = new Set<() => void>();
  const told = new Set<string>();
  let telling = Promise.resolve();

  const tell = async (event: ChangeEvent): Promise<void> => {
    if (event.runId === undefined || !shown.includes(event.type)) return;
    const detail = await getRun(db, event.runId);
    if (!detail) return;
    for (const line of lines(detail.run)) {
      const key = `${detail.run.id} ${line.name}`;
      if (told.has(key)) continue;
      told.add(key);
      if (line.name === 'failed') narrator.problem('failed', line.text, detail.run.error?.hint);
      else narrator.done(line.name, line.text, line.durationMs);
    }
  };
  changes.subscribe((event) => {
    telling = telling.then(() => tell(event)).catch(() => undefined);
    for (const look of lookers) look();
  });
  return {
    until: (look) =>
      new Promise((resolve, reject) => {
        let looking = false;
        let again = false;
        const attempt = (): void => {
          again = looking;
          if (looking) return;
          looking = true;
          look().then(
            (value) => {
              looking = false;
              if (value !== undefined) {
                lookers.delete(attempt);
                // The lines of what was found stand before what follows it.
                void telling.then(() => resolve(value));
              } else if (again) attempt();
            },
            (error: unknown) => {
              lookers.delete(attempt);
              reject(error instanceof Error ? error : new Error(String(error)));
            },
          );
        };
        lookers.add(attempt);
        attempt();
      }),
  };
}

/** The steps that a run has taken, each with what it made. */
function lines(run: RunView): { name: string; text: string; durationMs?: number }[] {
  const details: Record<string, string> = {
    received: `${run.repository} ${run.sourceRef.replace('refs/heads/', '')} ${run.sourceSha?.slice(0, 12) ?? ''}, correlation ${run.correlationId}`,
    rendered: `${run.stack} for ${run.environment}`,
    committed: `state commit ${run.stateCommit?.slice(0, 12) ?? ''}`,
    applied: `to the cluster, server-side`,
    healthy: `${run.environment} is what ${run.sourceSha?.slice(0, 12) ?? ''} says`,
  };
  const steps = run.steps
    .filter((step) => step.at !== undefined)
    .map((step) => ({
      name: step.name as string,
      text: details[step.name] ?? '',
      ...(step.durationMs === undefined ? {} : { durationMs: step.durationMs }),
    }));
  if (run.outcome === 'unchanged')
    return [
      ...steps,
      {
        name: 'unchanged',
        text: 'nothing rendered differently: no state commit, nothing to apply',
      },
    ];
  if (run.status === 'failed')
    return [...steps, { name: 'failed', text: run.error?.message ?? 'the run failed' }];
  return steps;
}
