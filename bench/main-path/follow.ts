import { performance } from 'node:perf_hooks';
import type { Database } from '@codex-k8s/controller';

/** When the run of a commit was seen to reach each step, on this process's clock. */
export interface SeenSteps {
  committed?: number;
  applied?: number;
  healthy?: number;
}

/** Watches runs by notification; what a reader outside the platform sees, its own read included. */
export interface Follower {
  /** Resolves when the run of this commit, or of any later one of the history, is healthy. */
  healthy(sha: string): Promise<SeenSteps>;
  /** Resolves when it is committed: as far as it gets while no apply loop runs. */
  committed(sha: string): Promise<SeenSteps>;
  close(): Promise<void>;
}

interface Row {
  source_sha: string;
  phase: string;
  status: string;
}

/** Follows the environment's runs; `order` gives the place of each commit in the history. */
export async function followRuns(
  db: Database,
  environmentId: string,
  order: ReadonlyMap<string, number>,
): Promise<Follower> {
  const waiting = new Set<{
    place: number;
    until: 'committed' | 'healthy';
    steps: SeenSteps;
    resolve: (steps: SeenSteps) => void;
    reject: (error: Error) => void;
  }>();
  let reading = false;
  let again = false;

  const read = async (): Promise<void> => {
    again = reading;
    if (reading) return;
    reading = true;
    const rows = await db.query<Row>(
      'select source_sha, phase, status from core.agent_runs where environment_id = $1 order by created_at desc limit 5',
      [environmentId],
    );
    const now = performance.now();
    for (const { source_sha, phase, status } of rows) {
      const place = order.get(source_sha) ?? -1;
      for (const entry of waiting) {
        if (place < entry.place) continue;
        if (status === 'failed') entry.reject(new Error(`the run of ${source_sha} failed`));
        if (['committed', 'applied', 'healthy'].includes(phase)) entry.steps.committed ??= now;
        if (['applied', 'healthy'].includes(phase)) entry.steps.applied ??= now;
        if (phase === 'healthy' || (entry.until === 'committed' && entry.steps.committed)) {
          if (phase === 'healthy') entry.steps.healthy ??= now;
          waiting.delete(entry);
          entry.resolve(entry.steps);
        }
      }
    }
    reading = false;
    if (again) await read();
  };
  const stop = await db.listen('codexk8s_flow_events', () => void read());
  const follow = (sha: string, until: 'committed' | 'healthy'): Promise<SeenSteps> =>
    new Promise((resolve, reject) => {
      const place = order.get(sha);
      if (place === undefined) reject(new Error(`${sha} is none of the history`));
      else {
        waiting.add({ place, until, steps: {}, resolve, reject });
        void read();
      }
    });
  return {
    healthy: (sha) => follow(sha, 'healthy'),
    committed: (sha) => follow(sha, 'committed'),
    async close() {
      await stop();
    },
  };
}
