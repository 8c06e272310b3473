import type { Database } from '../database/index.ts';
import type { RepositoryRef } from '../providers/index.ts';
import type { SecretStore } from '../secrets/index.ts';

/** A render that was started and has not reached the state repo yet: what a died process leaves. */
export interface OpenRun {
  id: string;
  correlationId: string;
  sourceSha: string;
  phase: 'received' | 'rendered';
  contentHash: string | undefined;
}

/** One repository's stack feeding an environment, with how far it has been brought. */
export interface EnvironmentSource {
  repository: RepositoryRef;
  stack: string;
  servicesYamlPath: string;
  ref: string;
  vars: Record<string, string>;
  dirtyGeneration: number;
  cleanGeneration: number;
  correlationId: string | undefined;
  lastSeenSha: string | undefined;
  publishedSha: string | undefined;
  publishedContent: string | undefined;
  openRun: OpenRun | undefined;
}

/** An environment's binding with everything a render of it needs (design §8: the trust root). */
export interface RenderTarget {
  id: string;
  projectId: string;
  project: string;
  name: string;
  branch: string;
  namespace: string;
  namespaces: readonly string[];
  protected: boolean;
  /** Cluster-scoped objects belong to environments of kind `cluster` alone (design §3.11). */
  kind: 'standard' | 'cluster';
  stateRepository: RepositoryRef;
  sources: readonly EnvironmentSource[];
}

/** A repository as its table holds it: what `repositoryRef` reads. */
export interface RepositoryRow {
  id: string;
  provider: RepositoryRef['provider'];
  full_name: string;
  url: string;
  token_secret_id: string | null;
}
interface SourceRow extends RepositoryRow {
  stack: string;
  services_yaml_path: string;
  ref: string;
  vars: Record<string, string>;
  dirty_generation: number;
  clean_generation: number;
  dirty_correlation_id: string | null;
  last_seen_sha: string | null;
  published_sha: string | null;
  published_content: string | null;
  run_id: string | null;
  run_correlation: string | null;
  run_sha: string | null;
  run_phase: OpenRun['phase'] | null;
  run_content: string | null;
}
interface TargetRow {
  id: string;
  project_id: string;
  project: string;
  name: string;
  branch: string;
  namespace: string;
  protected: boolean;
  kind: RenderTarget['kind'];
  namespaces: string[];
  sources: SourceRow[];
  state: RepositoryRow | null;
}

/** Loads an environment's binding; undefined when it is gone or its project has no state repo. */
export async function loadRenderTarget(
  db: Database,
  secrets: SecretStore,
  environmentId: string,
): Promise<RenderTarget | undefined> {
  const [row] = await db.query<TargetRow>(selectTarget, [environmentId]);
  if (!row?.state) return undefined;
  return {
    id: row.id,
    projectId: row.project_id,
    project: row.project,
    name: row.name,
    branch: row.branch,
    namespace: row.namespace,
    namespaces: row.namespaces,
    protected: row.protected,
    kind: row.kind,
    stateRepository: repositoryRef(row.state, secrets),
    sources: row.sources.map((source) => environmentSource(source, secrets)),
  };
}

/** A repository as the providers know it; its token is revealed only when it is used. */
export function repositoryRef(row: RepositoryRow, secrets: SecretStore): RepositoryRef {
  const token = row.token_secret_id;
  return {
    id: row.id,
    provider: row.provider,
    fullName: row.full_name,
    url: row.url,
    ...(token === null ? {} : { token: () => secrets.reveal(token) }),
  };
}

function environmentSource(row: SourceRow, secrets: SecretStore): EnvironmentSource {
  return {
    repository: repositoryRef(row, secrets),
    stack: row.stack,
    servicesYamlPath: row.services_yaml_path,
    ref: row.ref,
    vars: row.vars,
    dirtyGeneration: row.dirty_generation,
    cleanGeneration: row.clean_generation,
    correlationId: row.dirty_correlation_id ?? undefined,
    lastSeenSha: row.last_seen_sha ?? undefined,
    publishedSha: row.published_sha ?? undefined,
    publishedContent: row.published_content ?? undefined,
    openRun:
      row.run_id && row.run_correlation && row.run_sha && row.run_phase
        ? {
            id: row.run_id,
            correlationId: row.run_correlation,
            sourceSha: row.run_sha,
            phase: row.run_phase,
            contentHash: row.run_content ?? undefined,
          }
        : undefined,
  };
}

const repositoryColumns = `'id', r.id, 'provider', r.provider, 'full_name', r.full_name, 'url', r.url, 'token_secret_id', r.token_secret_id`;

const selectTarget = `
select e.id, e.project_id, p.slug as project, e.name, e.branch, e.namespace, e.protected, e.kind,
  (select coalesce(jsonb_agg(c.namespace), '[]') from core.namespace_claims c where c.environment_id = e.id) as namespaces,
  (select jsonb_build_object(${repositoryColumns}) from core.repositories r
    where r.project_id = e.project_id and r.role = 'state') as state,
  (select coalesce(jsonb_agg(jsonb_build_object(${repositoryColumns},
      'stack', r.stack, 'services_yaml_path', r.services_yaml_path, 'ref', s.ref, 'vars', s.vars,
      'dirty_generation', s.dirty_generation, 'clean_generation', s.clean_generation,
      'dirty_correlation_id', s.dirty_correlation_id, 'last_seen_sha', s.last_seen_sha,
      'published_sha', s.published_sha, 'published_content', s.published_content,
      'run_id', a.id, 'run_correlation', a.correlation_id, 'run_sha', a.source_sha, 'run_phase', a.phase, 'run_content', a.content_hash) order by r.stack), '[]')
    from core.environment_sources s join core.repositories r on r.id = s.repository_id
    left join core.agent_runs a on a.environment_id = e.id and a.stack = r.stack and a.kind = 'deploy'
      and a.status in ('pending', 'running') and a.phase in ('received', 'rendered')
    where s.environment_id = e.id) as sources
from core.environments e join core.projects p on p.id = e.project_id where e.id = $1`;
