import type { Database } from '../database/index.ts';
import type { RepositoryRow } from '../runs/index.ts';
import type { FileDiff, StateRepository } from '../state-repo/index.ts';

/** What a state commit changed, as people review it. */
export interface DiffView {
  commit: string;
  parent?: string;
  files: FileDiff[];
  truncated: boolean;
}

/** What the diff needs from outside. */
export interface DiffPorts {
  db: Database;
  stateRepositoryOf(environmentId: string): Promise<StateRepository | undefined>;
}

const shownFiles = 500;

/** The rendered diff of a state commit of an environment; undefined when the platform did not make it. */
export async function stateDiff(
  ports: DiffPorts,
  environmentId: string,
  commit: string,
): Promise<DiffView | undefined> {
  const [row] = await ports.db.query<{ commit: string; parent: string | null }>(
    'select commit, parent from core.state_commits where environment_id = $1 and commit = $2',
    [environmentId, commit],
  );
  if (!row) return undefined;
  const state = await ports.stateRepositoryOf(environmentId);
  if (!state) return undefined;
  const files = await state.diff(row.parent ?? undefined, row.commit, { maxFiles: shownFiles + 1 });
  return {
    commit: row.commit,
    ...(row.parent === null ? {} : { parent: row.parent }),
    files: files.slice(0, shownFiles),
    truncated: files.length > shownFiles,
  };
}

/** The state repository of an environment's project. */
export async function stateRepositoryRow(
  db: Database,
  environmentId: string,
): Promise<RepositoryRow | undefined> {
  const [row] = await db.query<RepositoryRow>(
    `select r.id, r.provider, r.full_name, r.url, r.token_secret_id from core.environments e
     join core.repositories r on r.project_id = e.project_id and r.role = 'state' where e.id = $1`,
    [environmentId],
  );
  return row;
}
