import type { Outcome, WorkItem } from '../queue/index.ts';
import { repositoryRef } from '../runs/index.ts';
import type { RepositoryRow } from '../runs/index.ts';
import type { RepositoryRef } from '../providers/index.ts';
import type { StateRepository } from '../state-repo/index.ts';
import type { SweepWork } from './sweep-project.ts';

/** What packing a project's state repository needs. */
export interface MaintenanceWork extends Pick<SweepWork, 'db' | 'secrets'> {
  stateRepository(repository: RepositoryRef): Promise<StateRepository>;
}

// Each push leaves a handful of loose objects; readers do not mind a day's worth of them.
const intervalMs = 3_600_000;

/** Packs and prunes the state repository of a project, then waits for the next time. */
export async function maintainProject(work: MaintenanceWork, item: WorkItem): Promise<Outcome> {
  const [row] = await work.db.query<RepositoryRow>(
    `select id, provider, full_name, url, token_secret_id from core.repositories where project_id = $1 and role = 'state'`,
    [item.key],
  );
  if (row) await (await work.stateRepository(repositoryRef(row, work.secrets))).maintain();
  return { kind: 'park', wakeOn: [], deadlineMs: intervalMs };
}
