import type { Database } from '../database/index.ts';

/** An environment as staff sees it. */
export interface EnvironmentView {
  id: string;
  project: string;
  name: string;
  cluster: string;
  clusterSimulated: boolean;
  namespace: string;
  branch: string;
  health: 'healthy' | 'progressing' | 'degraded' | 'unknown';
  headCommit?: string;
  lastAppliedCommit?: string;
  lastAppliedAt?: string;
  conditions: { type: string; message: string; stack?: string }[];
  objects: { total: number; current: number; progressing: number; failed: number };
  /** The stacks that were published to it. */
  stacks: { stack: string; contentHash: string; sourceSha: string; repository: string }[];
}

/** An object of an environment's inventory. */
export interface ObjectView {
  apiVersion: string;
  kind: string;
  namespace?: string;
  name: string;
  stack: string;
  unit: string;
  health: 'current' | 'progressing' | 'failed' | 'terminating' | 'unknown';
  message?: string;
  updatedAt: string;
}

interface EnvironmentRow {
  id: string;
  project: string;
  name: string;
  cluster: string;
  namespace: string;
  branch: string;
  health: EnvironmentView['health'];
  head_commit: string | null;
  last_applied_commit: string | null;
  last_applied_at: Date | null;
  conditions: EnvironmentView['conditions'];
  objects: EnvironmentView['objects'];
  stacks: { stack: string; content_hash: string; source_sha: string; repository: string }[];
}

/** Every environment with its counts and stacks: one query. */
export async function listEnvironments(
  db: Database,
  simulatedClusters: ReadonlySet<string>,
): Promise<EnvironmentView[]> {
  const rows = await db.query<EnvironmentRow>(selectEnvironments);
  return rows.map((row) => ({
    id: row.id,
    project: row.project,
    name: row.name,
    cluster: row.cluster,
    clusterSimulated: simulatedClusters.has(row.cluster),
    namespace: row.namespace,
    branch: row.branch,
    health: row.health,
    ...(row.head_commit === null ? {} : { headCommit: row.head_commit }),
    ...(row.last_applied_commit === null ? {} : { lastAppliedCommit: row.last_applied_commit }),
    ...(row.last_applied_at === null ? {} : { lastAppliedAt: row.last_applied_at.toISOString() }),
    conditions: row.conditions,
    objects: row.objects,
    stacks: row.stacks.map((stack) => ({
      stack: stack.stack,
      repository: stack.repository,
      contentHash: stack.content_hash,
      sourceSha: stack.source_sha,
    })),
  }));
}

/** The inventory of one environment, in a stable order; undefined when there is no such environment. */
export async function listObjects(
  db: Database,
  environmentId: string,
): Promise<ObjectView[] | undefined> {
  const rows = await db.query<{
    api_version: string;
    kind: string;
    namespace: string;
    name: string;
    stack: string;
    unit: string;
    health: ObjectView['health'];
    message: string | null;
    updated_at: Date;
  }>(
    `select api_version, kind, namespace, name, stack, unit, health, message, updated_at from core.inventory_objects
     where environment_id = $1 order by stack, unit, kind, namespace, name limit 5000`,
    [environmentId],
  );
  if (
    rows.length === 0 &&
    (await db.query('select 1 as one from core.environments where id = $1', [environmentId]))
      .length === 0
  )
    return undefined;
  return rows.map((row) => ({
    apiVersion: row.api_version,
    kind: row.kind,
    ...(row.namespace === '' ? {} : { namespace: row.namespace }),
    name: row.name,
    stack: row.stack,
    unit: row.unit,
    health: row.health,
    ...(row.message === null ? {} : { message: row.message }),
    updatedAt: row.updated_at.toISOString(),
  }));
}

const selectEnvironments = `
select e.id, p.slug as project, e.name, e.cluster, e.namespace, e.branch, e.health, e.head_commit, e.last_applied_commit, e.last_applied_at, e.conditions,
  jsonb_build_object('total', coalesce(o.total, 0), 'current', coalesce(o.current, 0), 'progressing', coalesce(o.progressing, 0), 'failed', coalesce(o.failed, 0)) as objects,
  coalesce(s.stacks, '[]') as stacks
from core.environments e join core.projects p on p.id = e.project_id
left join (select environment_id, count(*) as total, count(*) filter (where health = 'current') as current,
    count(*) filter (where health in ('progressing', 'terminating', 'unknown')) as progressing, count(*) filter (where health = 'failed') as failed
  from core.inventory_objects group by environment_id) o on o.environment_id = e.id
left join (select s.environment_id, jsonb_agg(jsonb_build_object('stack', r.stack, 'content_hash', s.published_content, 'source_sha', s.published_sha,
    'repository', r.full_name) order by r.stack) as stacks
  from core.environment_sources s join core.repositories r on r.id = s.repository_id
  where s.published_content is not null group by s.environment_id) s on s.environment_id = e.id
order by p.slug, e.name`;
