import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBinaries, readBootstrapConfig, startControlPlane } from '@codex-k8s/bootstrap';
import {
  createSecretStore,
  ensureEnvironment,
  ensureProject,
  ensureSourceRepository,
  ensureStateRepository,
  loadOrCreateKeyFile,
  openDatabase,
} from '@codex-k8s/controller';
import type { Database } from '@codex-k8s/controller';
import { createBareRepository, startPostgres, temporaryDirectory } from '@codex-k8s/testing';
import { startMeasured } from './processes.ts';
import type { Measured } from './processes.ts';
import { writeHistory } from './workload.ts';
import type { Workload } from './workload.ts';

/** The measured installation: every part real, every role in a process of its own. */
export interface Installation {
  directory: string;
  db: Database;
  source: string;
  state: string;
  environmentId: string;
  namespace: string;
  kubeconfig: string;
  workload: Workload;
  push: { fullName: string; secret: string };
  api: Measured;
  controller: Measured;
  apply: Measured;
  installToken: string;
  close(): Promise<void>;
}

const project = 'bench';

/** Starts PostgreSQL, a control plane and the three roles; writes the source's history beforehand. */
export async function install(options: {
  services: number;
  pushes: number;
}): Promise<Installation> {
  const root = await temporaryDirectory('bench');
  const directory = root.path;
  const postgres = await startPostgres();
  const database = await postgres.createDatabase('bench');
  const plane = await startControlPlane({
    directory: join(directory, 'cluster'),
    binaries: await ensureBinaries(readBootstrapConfig()),
    durable: false,
  });
  await plane.ready.node;

  const source = await createBareRepository(join(directory, 'source.git'));
  const state = await createBareRepository(join(directory, 'state.git'));
  const workload = await writeHistory(source, project, options.services, options.pushes);
  const db = await openDatabase({ url: database.url }, { migrate: true, poolSize: 4 });
  const keyFile = join(directory, 'encryption.key');
  const key = await loadOrCreateKeyFile(keyFile);
  const secrets = createSecretStore(db, key);
  const push = { fullName: `${project}/source`, secret: 'a secret of the benchmark alone' };
  const projectId = await ensureProject(db, { slug: project, name: project });
  const repositoryId = await ensureSourceRepository(db, secrets, projectId, {
    provider: 'local',
    fullName: push.fullName,
    url: source,
    stack: project,
    webhookSecret: push.secret,
  });
  await ensureStateRepository(db, secrets, projectId, {
    provider: 'local',
    fullName: `${project}/state`,
    url: state,
    webhookSecret: push.secret,
  });
  const environmentId = await ensureEnvironment(db, projectId, {
    name: 'bench',
    cluster: 'local',
    namespace: `${project}-bench`,
    sources: [{ repositoryId, ref: 'refs/heads/main' }],
  });

  const installTokenFile = join(directory, 'install.token');
  const start = (role: string): Promise<Measured> => {
    const data = join(directory, role);
    mkdirSync(data, { recursive: true, mode: 0o700 });
    return startMeasured(role, '../../platform/src/main.ts', ['serve'], {
      CODEXK8S_ROLE: role,
      CODEXK8S_DATABASE_URL: database.url,
      CODEXK8S_DATA_DIR: data,
      CODEXK8S_ENCRYPTION_KEY_FILE: keyFile,
      CODEXK8S_INSTALL_TOKEN_FILE: installTokenFile,
      CODEXK8S_PUBLIC_LISTEN: '127.0.0.1:0',
      CODEXK8S_PRIVATE_LISTEN: '127.0.0.1:0',
      ...(role === 'apply' ? { CODEXK8S_KUBECONFIG: plane.kubeconfigPath } : {}),
    });
  };
  const api = await start('api');
  const [controller, apply] = await Promise.all([start('controller'), start('apply')]);
  return {
    directory,
    db,
    source,
    state,
    environmentId,
    namespace: `${project}-bench`,
    kubeconfig: plane.kubeconfigPath,
    workload,
    push,
    api,
    controller,
    apply,
    installToken: installTokenFile,
    async close() {
      await Promise.all([api.stop(), controller.stop(), apply.stop()]);
      await db.close();
      await plane.stop();
      await postgres.stop();
      await root.remove();
    },
  };
}
