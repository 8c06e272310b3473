import { join } from 'node:path';
import {
  connectCluster,
  createSecretStore,
  ensureEnvironment,
  ensureProject,
  ensureSourceRepository,
  ensureStateRepository,
  loadOrCreateKeyFile,
  openDatabase,
} from '@codex-k8s/controller';
import type {
  CheckpointName,
  ClusterConnection,
  Database,
  SecretStore,
} from '@codex-k8s/controller';
import {
  createBareRepository,
  createWorkClone,
  sharedControlPlane,
  sharedPostgres,
  temporaryDirectory,
  uniqueName,
} from '@codex-k8s/testing';
import type { TemporaryDirectory, WorkClone } from '@codex-k8s/testing';
import { startProgramProcess } from './program-process.ts';
import type { ProgramProcess } from './program-process.ts';

/** A project of a scenario: its source repositories, its state repository, its environment. */
export interface ScenarioProject {
  id: string;
  slug: string;
  environmentId: string;
  namespace: string;
  stateRepository: string;
  sources: ScenarioSource[];
}

/** A source repository of a scenario. */
export interface ScenarioSource {
  id: string;
  fullName: string;
  stack: string;
  bare: string;
  clone: WorkClone;
}

/** The main path on real parts: a database, repositories and a cluster, with the program in processes of its own. */
export interface Scenario {
  db: Database;
  cluster: ClusterConnection;
  secret: string;
  /** Registers a project with the given stacks, each in a repository of its own. */
  project(stacks: readonly string[]): Promise<ScenarioProject>;
  /** Starts a program; all of them are killed when the scenario ends. */
  start(
    role: 'all' | 'api' | 'controller' | 'apply',
    options?: {
      stopAt?: { name: CheckpointName; nth?: number };
      settings?: Record<string, string>;
    },
  ): Promise<ProgramProcess>;
  end(): Promise<void>;
}

/** Opens a scenario on a real PostgreSQL database of its own and the suite's control plane. */
export async function openScenario(): Promise<Scenario> {
  const directory = await temporaryDirectory('scenario');
  const plane = await sharedControlPlane();
  const postgres = await sharedPostgres();
  const database = await postgres.createDatabase('scenario');
  const db = await openDatabase({ url: database.url }, { migrate: true, poolSize: 4 });
  const keyFile = join(directory.path, 'encryption.key');
  const key = await loadOrCreateKeyFile(keyFile);
  const secrets = createSecretStore(db, key);
  const secret = uniqueName('secret');
  const cluster = await connectCluster({
    name: 'local',
    kubeconfig: { file: plane.kubeconfigPath },
  });
  const programs: ProgramProcess[] = [];
  const namespaces: string[] = [];
  const clones: WorkClone[] = [];
  let started = 0;

  return {
    db,
    cluster,
    secret,
    async project(stacks) {
      const project = await registerProject({ db, secrets, secret, directory, stacks });
      namespaces.push(project.namespace);
      clones.push(...project.sources.map((source) => source.clone));
      return project;
    },
    async start(role, options = {}) {
      started += 1;
      const program = await startProgramProcess(
        {
          CODEXK8S_ROLE: role,
          CODEXK8S_DATABASE_URL: database.url,
          CODEXK8S_DATA_DIR: join(directory.path, `program-${started}`),
          CODEXK8S_ENCRYPTION_KEY_FILE: keyFile,
          CODEXK8S_PUBLIC_LISTEN: '127.0.0.1:0',
          CODEXK8S_PRIVATE_LISTEN: '127.0.0.1:0',
          CODEXK8S_WORK_LEASE_MS: '1500',
          CODEXK8S_ENVIRONMENT_LEASE_MS: '2000',
          CODEXK8S_SWEEP_INTERVAL_MS: '60000',
          ...(role === 'all' || role === 'apply'
            ? { CODEXK8S_KUBECONFIG: plane.kubeconfigPath }
            : {}),
          ...options.settings,
        },
        options.stopAt,
      );
      programs.push(program);
      return program;
    },
    async end() {
      await Promise.all(programs.map((program) => program.kill()));
      // Deletion goes on by itself; nothing waits for it.
      await Promise.all(
        namespaces.map((name) =>
          cluster.delete({ apiVersion: 'v1', kind: 'Namespace', name }).catch(() => undefined),
        ),
      );
      await cluster.close();
      await Promise.all(clones.map((clone) => clone.dispose()));
      await db.close();
      await database.drop();
      await directory.remove();
    },
  };
}

async function registerProject(options: {
  db: Database;
  secrets: SecretStore;
  secret: string;
  directory: TemporaryDirectory;
  stacks: readonly string[];
}): Promise<ScenarioProject> {
  const { db, secrets, secret, directory } = options;
  const slug = uniqueName('p');
  const namespace = `${slug}-dev`;
  const id = await ensureProject(db, { slug, name: slug });
  const stateRepository = await createBareRepository(join(directory.path, slug, 'state.git'));
  await ensureStateRepository(db, secrets, id, {
    provider: 'local',
    fullName: `${slug}/state`,
    url: stateRepository,
    webhookSecret: secret,
  });
  const sources: ScenarioSource[] = [];
  for (const stack of options.stacks) {
    const bare = await createBareRepository(join(directory.path, slug, `${stack}.git`));
    const fullName = `${slug}/${stack}`;
    sources.push({
      id: await ensureSourceRepository(db, secrets, id, {
        provider: 'local',
        fullName,
        url: bare,
        stack,
        webhookSecret: secret,
      }),
      fullName,
      stack,
      bare,
      clone: await createWorkClone(bare),
    });
  }
  const environmentId = await ensureEnvironment(db, id, {
    name: 'dev',
    cluster: 'local',
    namespace,
    sources: sources.map((source) => ({ repositoryId: source.id, ref: 'refs/heads/main' })),
  });
  return { id, slug, environmentId, namespace, stateRepository, sources };
}
