import { randomUUID } from 'node:crypto';
import type { Database, Tx } from '../database/index.ts';
import { CodexError } from '../errors/index.ts';
import type { SecretStore } from '../secrets/index.ts';
import { scheduleSweep } from '../sweeps/index.ts';
import { repositoriesChannel } from './directory.ts';

/** How the platform reaches a repository; a token is used for that repository alone (FR-021). */
export interface RepositorySettings {
  provider: 'local' | 'git' | 'github';
  /** `owner/name`, unique; what the webhook's payload carries. */
  fullName: string;
  /** A path for `local`, a URL otherwise. */
  url: string;
  webhookSecret: string;
  token?: string;
}

/** A source repository: one stack of the project, described by its `services.yaml` (FR-020). */
export interface SourceSettings extends RepositorySettings {
  /** The stack's name: its directory in the state repo. Only this repository may write it. */
  stack: string;
  servicesYamlPath?: string;
}

/** An environment's binding: what `services.yaml` may ask for at most (design §8). */
export interface EnvironmentSettings {
  name: string;
  cluster: string;
  /** The target namespace; every claimed namespace belongs to one environment of its cluster. */
  namespace: string;
  /** Further namespaces this environment may write to. */
  namespaces?: readonly string[];
  branch?: string;
  kind?: 'standard' | 'cluster';
  serviceAccount?: string;
  protected?: boolean;
  driftPolicy?: 'correct' | 'report';
  /** Which ref of which repository feeds it. */
  sources: readonly { repositoryId: string; ref: string; vars?: Record<string, string> }[];
}

/** Creates the project, or finds it by its slug, and has it swept from now on. Resolves to its id. */
export async function ensureProject(
  db: Database,
  project: { slug: string; name: string },
): Promise<string> {
  return db.inTransaction(async (tx) => {
    const [row] = await tx.query<{ id: string }>(
      `insert into core.projects (id, slug, name) values ($1, $2, $3)
       on conflict (slug) do update set name = excluded.name returning id`,
      [randomUUID(), project.slug, project.name],
    );
    const id = existing(row, `project ${project.slug}`);
    await scheduleSweep(tx, id);
    return id;
  });
}

/** Creates or updates a source repository of a project. Resolves to its id. */
export function ensureSourceRepository(
  db: Database,
  secrets: SecretStore,
  projectId: string,
  settings: SourceSettings,
): Promise<string> {
  return ensureRepository(db, secrets, projectId, 'source', settings);
}

/** Creates or updates the project's state repository. Resolves to its id. */
export function ensureStateRepository(
  db: Database,
  secrets: SecretStore,
  projectId: string,
  settings: RepositorySettings,
): Promise<string> {
  return ensureRepository(db, secrets, projectId, 'state', settings);
}

async function ensureRepository(
  db: Database,
  secrets: SecretStore,
  projectId: string,
  role: 'source' | 'state',
  settings: RepositorySettings & Partial<SourceSettings>,
): Promise<string> {
  const [known] = await db.query<KnownRow>(
    'select id, project_id, webhook_secret_id, token_secret_id from core.repositories where full_name = $1',
    [settings.fullName],
  );
  if (known && known.project_id !== projectId)
    throw new CodexError({
      code: 'CK-PRJ-002',
      message: `repository ${settings.fullName} belongs to another project`,
      hint: 'a repository is bound to one project; remove it there first',
    });
  if (known) {
    await secrets.rotate(known.webhook_secret_id, settings.webhookSecret);
    if (settings.token !== undefined && known.token_secret_id !== null)
      await secrets.rotate(known.token_secret_id, settings.token);
  }
  return db.inTransaction(async (tx) => {
    const webhookSecretId =
      known?.webhook_secret_id ?? (await secrets.put(tx, 'webhook', settings.webhookSecret));
    const tokenSecretId =
      known?.token_secret_id ??
      (settings.token === undefined
        ? null
        : await secrets.put(tx, 'repository-token', settings.token));
    const [row] = await tx.query<{ id: string }>(upsertRepository, [
      randomUUID(),
      projectId,
      role,
      settings.provider,
      settings.fullName,
      settings.url,
      settings.stack ?? null,
      settings.servicesYamlPath ?? 'services.yaml',
      webhookSecretId,
      tokenSecretId,
    ]);
    const id = existing(row, `repository ${settings.fullName}`);
    await tx.query('select pg_notify($1, $2)', [repositoriesChannel, id]);
    return id;
  });
}

interface KnownRow {
  id: string;
  project_id: string;
  webhook_secret_id: string;
  token_secret_id: string | null;
}

/** Creates or updates an environment with its namespace claims and sources. Resolves to its id. */
export async function ensureEnvironment(
  db: Database,
  projectId: string,
  settings: EnvironmentSettings,
): Promise<string> {
  return db.inTransaction(async (tx) => {
    const [row] = await tx.query<{ id: string }>(upsertEnvironment, [
      randomUUID(),
      projectId,
      settings.name,
      settings.cluster,
      settings.branch ?? `env/${settings.name}`,
      settings.namespace,
      settings.kind ?? 'standard',
      settings.serviceAccount ?? null,
      settings.protected ?? false,
      settings.driftPolicy ?? 'correct',
    ]);
    const id = existing(row, `environment ${settings.name}`);
    await claimNamespaces(tx, id, settings);
    for (const source of settings.sources)
      await tx.query(
        `insert into core.environment_sources (environment_id, repository_id, ref, vars) values ($1, $2, $3, $4)
         on conflict (environment_id, repository_id) do update set ref = excluded.ref, vars = excluded.vars`,
        [id, source.repositoryId, source.ref, JSON.stringify(source.vars ?? {})],
      );
    return id;
  });
}

async function claimNamespaces(
  tx: Tx,
  environmentId: string,
  settings: EnvironmentSettings,
): Promise<void> {
  for (const namespace of new Set([settings.namespace, ...(settings.namespaces ?? [])])) {
    const [claim] = await tx.query<{ environment_id: string }>(
      `insert into core.namespace_claims (cluster, namespace, environment_id) values ($1, $2, $3)
       on conflict (cluster, namespace) do update set cluster = excluded.cluster returning environment_id`,
      [settings.cluster, namespace, environmentId],
    );
    if (claim?.environment_id !== environmentId)
      throw new CodexError({
        code: 'CK-PRJ-003',
        message: `namespace ${namespace} of cluster ${settings.cluster} is claimed by another environment`,
        where: { environment: settings.name, claimedBy: claim?.environment_id ?? '' },
        hint: 'a namespace belongs to one environment: choose another namespace, or remove the other claim',
      });
  }
}

function existing(row: { id: string } | undefined, what: string): string {
  if (!row) throw new CodexError({ code: 'CK-PRJ-001', message: `${what} was not stored` });
  return row.id;
}

const upsertRepository = `
insert into core.repositories (id, project_id, role, provider, full_name, url, stack, services_yaml_path, webhook_secret_id, token_secret_id)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (full_name) do update set provider = excluded.provider, url = excluded.url, services_yaml_path = excluded.services_yaml_path,
  token_secret_id = excluded.token_secret_id, updated_at = now()
returning id`;

const upsertEnvironment = `
insert into core.environments (id, project_id, name, cluster, branch, namespace, kind, service_account, protected, drift_policy)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (project_id, name) do update set cluster = excluded.cluster, namespace = excluded.namespace,
  service_account = excluded.service_account, protected = excluded.protected, drift_policy = excluded.drift_policy, updated_at = now()
returning id`;
