import type {
  AppliedObject,
  ApplyLedger,
  RecordedContent,
  HookRun,
  RecordedEnvironment,
} from '../apply/index.ts';
import type { Database } from '../database/index.ts';

interface ObjectRow {
  api_version: string;
  kind: string;
  namespace: string;
  name: string;
  stack: string;
  unit: string;
  file: string;
  payload_hash: string;
  revision: string;
  uid: string;
  resource_version: string;
  owned_fields_hash: string;
  health: AppliedObject['health'];
  message: string | null;
}

interface HookRunRow {
  job_uid: string;
  stack: string;
  unit: string;
  hook: string;
  type: HookRun['type'];
  run: HookRun['run'];
  key: string;
  revision: string;
  cluster_uid: string;
  namespace: string;
  job: string;
  attempt: number;
  state: HookRun['state'];
  failed_pods: number;
  delete_policy: HookRun['deletePolicy'];
  started_at: string;
  finished_at: string | null;
  message: string | null;
  log_tail: string | null;
  released: boolean;
}

/** The apply loop's record, kept in Postgres. */
export function createPostgresLedger(db: Database): ApplyLedger {
  return {
    loadEnvironment: (environmentId) => loadEnvironment(db, environmentId),
    async recordedContent(environmentId, stack, contentHash): Promise<RecordedContent | undefined> {
      const [row] = await db.query<{ run_id: string; source_sha: string; approved: boolean }>(
        'select run_id, source_sha, approved from core.rendered_contents where environment_id = $1 and stack = $2 and content_hash = $3',
        [environmentId, stack, contentHash],
      );
      return row && { runId: row.run_id, sourceSha: row.source_sha, approved: row.approved };
    },
    async publishedSince(environmentId, commit, since) {
      const [row] = await db.query<{ later: boolean }>(
        `select c.sequence > coalesce((select sequence from core.state_commits where environment_id = $1 and commit = $3), 0) as later
         from core.state_commits c where c.environment_id = $1 and c.commit = $2`,
        [environmentId, commit, since],
      );
      return row?.later ?? false;
    },
  };
}

// A hook that runs with every revision has ever more runs: the latest ones say how it stands. What
// must never be repeated is kept in sight for good, once for each content.
const hookRuns = `select coalesce(jsonb_agg(to_jsonb(h) order by h.sequence), '[]') from (
         select r.*, row_number() over (partition by r.stack, r.unit, r.hook order by r.sequence desc) as age,
           row_number() over (partition by r.stack, r.unit, r.hook, r.key, r.cluster_uid, r.state order by r.sequence desc) as of_content
         from core.hook_runs r where r.environment_id = e.id
       ) h where h.age <= 100 or h.state = 'running' or (h.state = 'succeeded' and h.run = 'once-per-content' and h.of_content = 1)`;

// One statement: the inventory and its revision must be of the same moment.
async function loadEnvironment(db: Database, environmentId: string): Promise<RecordedEnvironment> {
  const [row] = await db.query<{
    last_applied_commit: string | null;
    inventory_revision: number | string;
    objects: ObjectRow[];
    hook_runs: HookRunRow[];
  }>(
    `select e.last_applied_commit, e.inventory_revision,
       (select coalesce(jsonb_agg(to_jsonb(i)), '[]') from core.inventory_objects i where i.environment_id = e.id) as objects,
       (${hookRuns}) as hook_runs
     from core.environments e where e.id = $1`,
    [environmentId],
  );
  return {
    ...(row?.last_applied_commit ? { lastAppliedCommit: row.last_applied_commit } : {}),
    inventoryRevision: Number(row?.inventory_revision ?? 0),
    objects: (row?.objects ?? []).map(appliedObject),
    hookRuns: (row?.hook_runs ?? []).map(hookRun),
  };
}

const appliedObject = (row: ObjectRow): AppliedObject => ({
  apiVersion: row.api_version,
  kind: row.kind,
  ...(row.namespace === '' ? {} : { namespace: row.namespace }),
  name: row.name,
  stack: row.stack,
  unit: row.unit,
  file: row.file,
  payloadHash: row.payload_hash,
  revision: row.revision,
  uid: row.uid,
  resourceVersion: row.resource_version,
  ownedFieldsHash: row.owned_fields_hash,
  health: row.health,
  ...(row.message === null ? {} : { message: row.message }),
});

const hookRun = (row: HookRunRow): HookRun => ({
  stack: row.stack,
  unit: row.unit,
  hook: row.hook,
  type: row.type,
  run: row.run,
  key: row.key,
  revision: row.revision,
  clusterUid: row.cluster_uid,
  namespace: row.namespace,
  job: row.job,
  jobUid: row.job_uid,
  attempt: row.attempt,
  state: row.state,
  failedPods: row.failed_pods,
  deletePolicy: row.delete_policy,
  ...(row.released ? { released: true } : {}),
  startedAt: row.started_at,
  ...(row.finished_at === null ? {} : { finishedAt: row.finished_at }),
  ...(row.message === null ? {} : { message: row.message }),
  ...(row.log_tail === null ? {} : { log: row.log_tail }),
});
