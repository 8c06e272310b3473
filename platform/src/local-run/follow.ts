import { listEnvironments, listRuns } from '@codex-k8s/controller';
import type { Database, EnvironmentView, RunView } from '@codex-k8s/controller';

/** What a person waits for after a push: the newest run and how its environment stands. */
export interface Sync {
  run: RunView;
  environment: EnvironmentView;
}

/** The newest run of an environment and the environment itself; undefined before the first run. */
export async function latestSync(
  db: Database,
  environmentId: string,
  simulated: ReadonlySet<string>,
): Promise<Sync | undefined> {
  const { items } = await listRuns(db, { environmentId, limit: 1 });
  const environment = (await listEnvironments(db, simulated)).find(
    (candidate) => candidate.id === environmentId,
  );
  const run = items[0];
  return run && environment ? { run, environment } : undefined;
}

/** Whether nothing is left to wait for: the run ended, and what it brought is healthy. */
export function isSettled({ run, environment }: Sync): 'healthy' | 'failed' | undefined {
  if (run.status === 'failed') return 'failed';
  if (run.status !== 'succeeded') return undefined;
  return environment.health === 'healthy' &&
    environment.headCommit === environment.lastAppliedCommit
    ? 'healthy'
    : undefined;
}
