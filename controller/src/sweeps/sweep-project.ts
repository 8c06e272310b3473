import { randomUUID } from 'node:crypto';
import type { Database, Tx } from '../database/index.ts';
import type { RepositoryProvider, RepositoryRef } from '../providers/index.ts';
import type { Outcome, WorkItem } from '../queue/index.ts';
import { enqueueState } from '../queue/index.ts';
import { repositoryRef } from '../runs/index.ts';
import type { RepositoryRow } from '../runs/index.ts';
import type { SecretStore } from '../secrets/index.ts';
import { markSourceDirty, requestApply } from '../triggers/index.ts';

/** What the sweep needs. */
export interface SweepWork {
  db: Database;
  secrets: SecretStore;
  providerOf(kind: RepositoryRef['provider']): RepositoryProvider;
  /** Time between two sweeps of a project, in milliseconds. */
  intervalMs: number;
}

interface SweptRow extends RepositoryRow {
  role: 'source' | 'state';
}
interface SourceRow {
  environment_id: string;
  repository_id: string;
  ref: string;
  last_seen_sha: string | null;
}
interface EnvironmentRow {
  id: string;
  project_id: string;
  branch: string;
  head_commit: string | null;
}

/** Asks for the sweep of every project; called when a controller starts, repeated by the items themselves. */
export async function scheduleSweeps(db: Database): Promise<void> {
  await db.inTransaction(async (tx) => {
    for (const project of await tx.query<{ id: string }>(
      'select id from core.projects order by id',
    ))
      await scheduleSweep(tx, project.id);
  });
}

/** Asks for the sweep of one project, and for the care of its repositories some minutes later. */
export async function scheduleSweep(tx: Tx, projectId: string): Promise<void> {
  await enqueueState(tx, { kind: 'sweep', key: projectId, projectId });
  await enqueueState(tx, {
    kind: 'maintain',
    key: projectId,
    projectId,
    dueAt: new Date(Date.now() + firstCareMs),
  });
}

const firstCareMs = 600_000;

/**
 * Makes the intents that lost webhooks would have made: compares the heads of a project's
 * repositories with what was brought, and marks what differs (design §1). One `ls-remote` per
 * repository; then the item waits for the next round without lease or worker.
 */
export async function sweepProject(work: SweepWork, item: WorkItem): Promise<Outcome> {
  const repositories = await work.db.query<SweptRow>(
    'select id, provider, full_name, url, token_secret_id, role from core.repositories where project_id = $1',
    [item.key],
  );
  if (repositories.length === 0) return { kind: 'park', wakeOn: [], deadlineMs: work.intervalMs };
  for (const row of repositories) {
    const heads = await work.providerOf(row.provider).listHeads(repositoryRef(row, work.secrets));
    if (row.role === 'source') await sweepSource(work, row.id, heads);
    else await sweepState(work, item.key, heads);
  }
  return { kind: 'park', wakeOn: [], deadlineMs: work.intervalMs };
}

async function sweepSource(
  work: SweepWork,
  repositoryId: string,
  heads: ReadonlyMap<string, string>,
): Promise<void> {
  const sources = await work.db.query<SourceRow>(
    'select environment_id, repository_id, ref, last_seen_sha from core.environment_sources where repository_id = $1 order by environment_id',
    [repositoryId],
  );
  const behind = sources.filter(
    (source) => heads.has(source.ref) && heads.get(source.ref) !== source.last_seen_sha,
  );
  if (behind.length === 0) return;
  await work.db.inTransaction(async (tx) => {
    for (const source of behind)
      await markSourceDirty(tx, {
        environmentId: source.environment_id,
        repositoryId: source.repository_id,
        correlationId: randomUUID(),
      });
  });
}

async function sweepState(
  work: SweepWork,
  projectId: string,
  heads: ReadonlyMap<string, string>,
): Promise<void> {
  const environments = await work.db.query<EnvironmentRow>(
    'select id, project_id, branch, head_commit from core.environments where project_id = $1 order by id',
    [projectId],
  );
  // A branch that is gone counts too: the apply loop reports it, and deletes nothing.
  const moved = environments.filter(
    (environment) =>
      environment.head_commit !== null &&
      heads.get(`refs/heads/${environment.branch}`) !== environment.head_commit,
  );
  if (moved.length === 0) return;
  await work.db.inTransaction(async (tx) => {
    for (const environment of moved)
      await requestApply(
        tx,
        environment.id,
        environment.project_id,
        'the state branch is not where the platform left it',
      );
  });
}
