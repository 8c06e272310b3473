import type {
  AppliedObject,
  ApplyReport,
  EnvironmentTarget,
  HookRun,
  ObjectIdentity,
} from '../apply/index.ts';
import type { Tx } from '../database/index.ts';
import { eventRows, toldEvents } from '../events/index.ts';
import type { FlowEvent } from '../events/index.ts';

/**
 * Stores what one step of the apply loop learned: inventory, conditions, health, and how far the
 * runs behind the applied stacks have come. Part of the transaction that finishes the step.
 */
export async function recordReport(
  tx: Tx,
  environment: EnvironmentTarget,
  report: ApplyReport,
): Promise<void> {
  const written = new Set(report.upserts.map(keyOf));
  await tx.query(record, [
    environment.id,
    report.commit ?? null,
    report.health,
    JSON.stringify(report.conditions),
    // One statement stores all: what was removed and came again is written, not removed.
    JSON.stringify(report.removed.filter((object) => !written.has(keyOf(object)))),
    JSON.stringify(report.upserts.map(objectRow)),
    JSON.stringify(report.stacks),
    eventRows(changeEvents(environment, report)),
    environment.projectId,
    JSON.stringify(report.hookRuns.map((run, place) => ({ ...hookRunRow(run), place }))),
  ]);
}

/** One event for what was changed in the cluster; unchanged objects are not worth a line. */
function changeEvents(environment: EnvironmentTarget, report: ApplyReport): FlowEvent[] {
  const changes = report.changes.filter((change) => change.action !== 'unchanged');
  if (changes.length === 0) return [];
  // A first apply of thousands of objects must not become one giant row.
  const listed = changes.slice(0, 200).map(({ subject, action, message }) => ({
    subject,
    action,
    ...(message === undefined ? {} : { message }),
  }));
  return [
    {
      type: 'apply.changes',
      projectId: environment.projectId,
      environmentId: environment.id,
      payload: { commit: report.commit, count: changes.length, changes: listed },
    },
  ];
}

const keyOf = ({ apiVersion, kind, namespace, name }: ObjectIdentity): string =>
  [apiVersion, kind, namespace ?? '', name].join(' ');

const objectRow = (object: AppliedObject): Record<string, string | undefined> => ({
  api_version: object.apiVersion,
  kind: object.kind,
  namespace: object.namespace ?? '',
  name: object.name,
  stack: object.stack,
  unit: object.unit,
  file: object.file,
  payload_hash: object.payloadHash,
  revision: object.revision,
  uid: object.uid,
  resource_version: object.resourceVersion,
  owned_fields_hash: object.ownedFieldsHash,
  health: object.health,
  message: object.message,
});

const hookRunRow = (run: HookRun): Record<string, string | number | boolean | undefined> => ({
  job_uid: run.jobUid,
  stack: run.stack,
  unit: run.unit,
  hook: run.hook,
  type: run.type,
  run: run.run,
  key: run.key,
  revision: run.revision,
  cluster_uid: run.clusterUid,
  namespace: run.namespace,
  job: run.job,
  attempt: run.attempt,
  state: run.state,
  failed_pods: run.failedPods,
  delete_policy: run.deletePolicy,
  started_at: run.startedAt,
  finished_at: run.finishedAt,
  message: run.message,
  log_tail: run.log,
  released: run.released ?? false,
});

// Started, succeeded, failed, released: told under the correlation of the run that rendered the revision.
const hookEvents = `select a.correlation_id, 'platform', null, 'hook.' || case when h.released then 'released' when h.state = 'running' then 'started' else h.state end, $9::uuid, $1::uuid, a.id,
    jsonb_strip_nulls(jsonb_build_object('stack', h.stack, 'unit', h.unit, 'hook', h.hook, 'type', h.type, 'revision', h.revision, 'attempt', h.attempt,
      'job', h.namespace || '/' || h.job, 'message', h.message))
  from hook_runs h
  left join core.rendered_contents c on c.environment_id = h.environment_id and c.stack = h.stack and c.content_hash = h.revision
  left join core.agent_runs a on a.id = c.run_id`;

// A run's step is an event, with the commit that was applied.
const runEvents = `select correlation_id, 'platform', null, 'run.' || phase, $9::uuid, $1::uuid, id,
    jsonb_strip_nulls(jsonb_build_object('stack', stack, 'status', status, 'commit', $2::text))
  from advanced`;

// The environment's row comes first, as everywhere (see `finishWork`). A run moves on when the content
// it rendered is the one the cluster was brought to; runs of the same stack that were committed
// before it are superseded by it, later ones wait for their own apply.
const record = `
with environment as (
  update core.environments set
    last_applied_commit = coalesce($2, last_applied_commit), last_applied_at = case when $2::text is null then last_applied_at else now() end,
    health = $3, conditions = $4, inventory_revision = inventory_revision + 1, updated_at = now()
  where id = $1::uuid returning id
), removed as (
  delete from core.inventory_objects i
  using environment e, jsonb_to_recordset($5::jsonb) as o("apiVersion" text, kind text, namespace text, name text)
  where i.environment_id = e.id and i.api_version = o."apiVersion" and i.kind = o.kind and i.namespace = coalesce(o.namespace, '') and i.name = o.name
), written as (
  insert into core.inventory_objects (environment_id, api_version, kind, namespace, name, stack, unit, file, payload_hash, revision, uid,
    resource_version, owned_fields_hash, health, message)
  select e.id, o.api_version, o.kind, o.namespace, o.name, o.stack, o.unit, o.file, o.payload_hash, o.revision, o.uid, o.resource_version,
    o.owned_fields_hash, o.health, o.message
  from environment e, jsonb_to_recordset($6::jsonb) as o(api_version text, kind text, namespace text, name text, stack text, unit text, file text,
    payload_hash text, revision text, uid text, resource_version text, owned_fields_hash text, health text, message text)
  on conflict (environment_id, api_version, kind, namespace, name) do update set
    stack = excluded.stack, unit = excluded.unit, file = excluded.file, payload_hash = excluded.payload_hash,
    revision = excluded.revision, uid = excluded.uid,
    resource_version = excluded.resource_version, owned_fields_hash = excluded.owned_fields_hash, health = excluded.health,
    message = excluded.message, updated_at = now()
), hook_runs as (
  insert into core.hook_runs (environment_id, job_uid, stack, unit, hook, type, run, key, revision, cluster_uid, namespace, job, attempt, state,
    failed_pods, delete_policy, started_at, finished_at, message, log_tail, released)
  select e.id, o.job_uid, o.stack, o.unit, o.hook, o.type, o.run, o.key, o.revision, o.cluster_uid, o.namespace, o.job, o.attempt, o.state,
    o.failed_pods, o.delete_policy, o.started_at, o.finished_at, o.message, o.log_tail, o.released
  from environment e, jsonb_to_recordset($10::jsonb) as o(place integer, job_uid text, stack text, unit text, hook text, type text, run text, key text,
    revision text, cluster_uid text, namespace text, job text, attempt integer, state text, failed_pods integer, delete_policy text, started_at text,
    finished_at text, message text, log_tail text, released boolean)
  order by o.place
  on conflict (environment_id, job_uid) do update set
    state = excluded.state, failed_pods = excluded.failed_pods, finished_at = excluded.finished_at, message = excluded.message,
    log_tail = excluded.log_tail, released = excluded.released, updated_at = now()
  returning *
), stacks as (
  select s.*, e.id as environment_id from environment e,
    jsonb_to_recordset($7::jsonb) as s(stack text, "contentHash" text, state text, message text)
  where s.state in ('applied', 'healthy', 'failed')
), open as materialized (
  select a.id, a.stack, a.phase, a.committed_at, a.created_at, s.state, s.message, a.content_hash = s."contentHash" as current
  from core.agent_runs a join stacks s on s.stack = a.stack and s.environment_id = a.environment_id
  where a.kind = 'deploy' and a.status = 'running' and a.phase in ('committed', 'applied')
), reached as (
  select distinct on (stack) * from open where current order by stack, committed_at desc, created_at desc
), overtaken as (
  update core.agent_runs a set status = 'canceled', outcome = 'superseded', superseded_by = r.id, finished_at = now(), updated_at = now()
  from open o join reached r on r.stack = o.stack and (o.committed_at, o.created_at) < (r.committed_at, r.created_at)
  where a.id = o.id
), advanced as (
  update core.agent_runs a set
    phase = case when r.state = 'failed' then a.phase else r.state end,
    status = case r.state when 'healthy' then 'succeeded' when 'failed' then 'failed' else a.status end,
    outcome = case r.state when 'healthy' then 'deployed' when 'failed' then 'failed' end,
    applied_at = case when r.state = 'failed' then a.applied_at else coalesce(a.applied_at, now()) end,
    healthy_at = case when r.state = 'healthy' then now() end,
    finished_at = case when r.state = 'applied' then null else now() end,
    error = case when r.state = 'failed' then jsonb_build_object('code', 'CK-LEDGER-002', 'message', coalesce(r.message, 'the stack could not be applied')) end,
    updated_at = now()
  from reached r where a.id = r.id and a.phase <> r.state
  returning a.id, a.correlation_id, a.stack, a.status, a.phase
), ${toldEvents('$8', '$1', `${hookEvents} union all ${runEvents}`)}
select count(*) from announced`;
