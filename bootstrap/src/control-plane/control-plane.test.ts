import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  eventually,
  failureOf,
  spawnModule,
  temporaryDirectory,
  type TemporaryDirectory,
} from '@codex-k8s/testing';
import { expect } from 'chai';
import { ensureBinaries, type Binaries } from '../binaries/index.ts';
import { readBootstrapConfig } from '../config.ts';
import { identityOf, isAlive, type ProcessIdentity } from '../processes/index.ts';
import { connectApiServer, type ApiServer } from './api-server.ts';
import { secretFiles } from './components.ts';
import { layoutOf } from './layout.ts';
import { startControlPlane, type ControlPlane } from './start.ts';
import { readState, writeState } from './state.ts';
import { readControlPlaneStatus } from './status.ts';
import { stopControlPlane } from './stop.ts';

/** The API as the admin of a control plane in `directory`. */
function connect(plane: { server: string }, directory: string): ApiServer {
  const layout = layoutOf(directory);
  const token = readFileSync(join(layout.secrets, secretFiles.tokens), 'utf8').split(',')[0] ?? '';
  return connectApiServer(plane.server, layout.certificateAuthority, token);
}

const configMap = (name: string): Record<string, unknown> => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
});

const configMaps = '/api/v1/namespaces/default/configmaps';

function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (each, key) => (typeof each === 'object' && each !== null ? Reflect.get(each, key) : undefined),
    value,
  );
}

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

/** Starts a control plane in a process of its own and returns when its API answers. */
async function startOwner(directory: string): Promise<{ owner: ChildProcess; server: string }> {
  const owner = spawnModule(
    `import { ensureBinaries, readBootstrapConfig, startControlPlane } from ${JSON.stringify(fileURLToPath(new URL('../index.ts', import.meta.url)))};
     const binaries = await ensureBinaries(readBootstrapConfig());
     const plane = await startControlPlane({ directory: ${JSON.stringify(directory)}, binaries, durable: true });
     console.log(plane.server);
     setInterval(() => {}, 1000);`,
  );
  return { server: await owner.firstLine, owner: owner.child };
}

function processesIn(directory: string): ProcessIdentity[] {
  const state = readState(layoutOf(directory));
  if (!state) throw new Error(`no state in ${directory}`);
  return [state.supervisor, ...Object.values(state.components)];
}

describe('a control plane', function () {
  this.timeout(120_000);
  let scratch: TemporaryDirectory;
  let binaries: Binaries;

  before(async () => {
    binaries = await ensureBinaries(readBootstrapConfig());
    await binaries.others;
  });
  beforeEach(async () => {
    scratch = await temporaryDirectory('control-plane');
  });
  afterEach(() => scratch.remove());

  describe('that runs', () => {
    let plane: ControlPlane;
    let home: TemporaryDirectory;
    let directory: string;
    let api: ApiServer;

    before(async () => {
      home = await temporaryDirectory('control-plane');
      directory = join(home.path, 'cluster');
      plane = await startControlPlane({ directory, binaries, durable: false });
      api = connect(plane, directory);
      await plane.ready.node;
    });
    after(async () => {
      await api.close();
      await plane.stop();
      await home.remove();
    });

    it('says what it is, and keeps its credentials to its user', () => {
      expect(plane).to.include({
        simulated: true,
        version: `v${binaries.version}`,
        context: 'codex-k8s-local',
      });
      expect(plane.server).to.match(/^https:\/\/127\.0\.0\.1:\d+$/);
      expect(modeOf(directory)).to.equal('700');
      expect(modeOf(join(directory, 'secrets'))).to.equal('700');
      for (const file of [
        'kubeconfig',
        'cluster.json',
        'secrets/tokens.csv',
        'secrets/service-account.key',
        'secrets/kwok.kubeconfig',
      ])
        expect(modeOf(join(directory, file)), file).to.equal('600');
      const status = readControlPlaneStatus(directory);
      expect(status).to.include({
        state: 'running',
        simulated: true,
        durable: false,
        server: plane.server,
        restarts: 0,
      });
      expect(status.components.every(({ running }) => running)).to.equal(true);
    });

    it('asks everybody for a token', async () => {
      const stranger = connectApiServer(
        plane.server,
        layoutOf(directory).certificateAuthority,
        'guess',
      );
      expect(await stranger.isReady()).to.equal(false);
      expect(String(await failureOf(stranger.read('/version')))).to.contain('401');
      await stranger.close();
    });

    it('runs Deployments, Jobs and claims at once, by simulation', async () => {
      const template = {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'c', image: 'none' }] },
      };
      await api.create('/apis/apps/v1/namespaces/default/deployments', {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web' },
        spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template },
      });
      await api.create('/apis/batch/v1/namespaces/default/jobs', {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'migrate' },
        spec: {
          template: {
            spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'none' }] },
          },
        },
      });
      await api.create('/api/v1/namespaces/default/persistentvolumeclaims', {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      });
      await eventually(
        async () => {
          const deployment = await api.read('/apis/apps/v1/namespaces/default/deployments/web');
          expect(at(deployment, 'status', 'readyReplicas')).to.equal(2);
          const job = await api.read('/apis/batch/v1/namespaces/default/jobs/migrate');
          expect(at(job, 'status', 'succeeded')).to.equal(1);
          const claim = await api.read('/api/v1/namespaces/default/persistentvolumeclaims/data');
          expect(at(claim, 'status', 'phase')).to.equal('Bound');
        },
        { timeoutMs: 20_000 },
      );
    });

    it('plays a workload that never gets well where it is told to', async () => {
      for (const outcome of ['never-ready', 'crash'])
        await api.create('/api/v1/namespaces/default/pods', {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: outcome, annotations: { 'simulation.codex-k8s.dev/outcome': outcome } },
          spec: { containers: [{ name: 'c', image: 'none' }] },
        });
      await eventually(async () => {
        for (const [name, ready] of [
          ['never-ready', 'False'],
          ['crash', 'False'],
        ] as const) {
          const conditions = at(
            await api.read(`/api/v1/namespaces/default/pods/${name}`),
            'status',
            'conditions',
          );
          const found = Array.isArray(conditions)
            ? conditions.find((each: unknown) => at(each, 'type') === 'Ready')
            : undefined;
          expect(at(found, 'status'), name).to.equal(ready);
        }
        const crash = await api.read('/api/v1/namespaces/default/pods/crash');
        expect(JSON.stringify(at(crash, 'status', 'containerStatuses'))).to.contain(
          'CrashLoopBackOff',
        );
      });
    });

    it('has outages on demand and comes back on the same address', async () => {
      const outage = await plane.interrupt('kube-apiserver');
      expect(await api.isReady()).to.equal(false);
      expect(readControlPlaneStatus(directory).state).to.equal('degraded');
      await outage.resume();
      expect(await api.isReady()).to.equal(true);
      expect(readControlPlaneStatus(directory).state).to.equal('running');
    });

    it('starts a component again that ended by itself', async () => {
      const before = readState(layoutOf(directory))?.components['kube-scheduler'];
      if (!before) throw new Error('no scheduler');
      process.kill(before.pid, 'SIGKILL');
      await eventually(() => {
        const status = readControlPlaneStatus(directory);
        expect(status).to.include({ state: 'running', restarts: 1 });
        expect(status.components.find(({ name }) => name === 'kube-scheduler')?.pid).not.to.equal(
          before.pid,
        );
      });
    });

    it('shares the machine with others, and its directory with none', async () => {
      const other = await startControlPlane({
        directory: join(scratch.path, 'other'),
        binaries,
        durable: false,
      });
      try {
        expect(other.server).not.to.equal(plane.server);
        const error = await failureOf(startControlPlane({ directory, binaries, durable: false }));
        expect(error).to.have.nested.property('data.code', 'CK-LOCAL-006');
        expect(await api.isReady()).to.equal(true);
      } finally {
        await other.stop();
      }
    });
  });

  it('keeps durable state over a stop and a start', async () => {
    const directory = join(scratch.path, 'kept');
    const first = await startControlPlane({ directory, binaries, durable: true });
    const before = connect(first, directory);
    await before.create(configMaps, configMap('kept'));
    await before.close();
    const running = processesIn(directory);
    await first.stop();
    expect(running.filter(isAlive)).to.deep.equal([]);
    expect(existsSync(join(directory, 'cluster.json'))).to.equal(false);

    const second = await startControlPlane({ directory, binaries, durable: true });
    const after = connect(second, directory);
    expect(await after.read(`${configMaps}/kept`)).not.to.equal(undefined);
    await after.close();
    await second.stop();
  });

  it('forgets the state of one that is not durable', async () => {
    const directory = join(scratch.path, 'forgotten');
    const plane = await startControlPlane({ directory, binaries, durable: false });
    await plane.stop();
    expect(existsSync(join(directory, 'etcd'))).to.equal(false);
  });

  describe('whose owner is killed', () => {
    it('vanishes with it, and its directory can be removed', async () => {
      const directory = join(scratch.path, 'owned');
      const { owner } = await startOwner(directory);
      const running = processesIn(directory);
      expect(running.filter(isAlive)).to.have.length.above(2);
      owner.kill('SIGKILL');
      await eventually(() => expect(running.filter(isAlive)).to.deep.equal([]), {
        timeoutMs: 20_000,
      });
      rmSync(directory, { recursive: true });
      expect(existsSync(directory)).to.equal(false);
    });

    it('can be started again at once, with its state', async () => {
      const directory = join(scratch.path, 'again');
      const { owner, server } = await startOwner(directory);
      const before = connect({ server }, directory);
      await before.create(configMaps, configMap('written'));
      await before.close();
      owner.kill('SIGKILL');
      const plane = await startControlPlane({ directory, binaries, durable: true });
      const after = connect(plane, directory);
      expect(await after.read(`${configMaps}/written`)).not.to.equal(undefined);
      expect(processesIn(directory).every(isAlive)).to.equal(true);
      await after.close();
      await plane.stop();
    });

    it('together with its supervisor leaves nothing that the next start or `down` would not end', async () => {
      const directory = join(scratch.path, 'orphaned');
      const { owner } = await startOwner(directory);
      const [supervisor, ...components] = processesIn(directory);
      owner.kill('SIGKILL');
      if (!supervisor) throw new Error('no supervisor');
      process.kill(supervisor.pid, 'SIGKILL');
      await eventually(() => !isAlive(supervisor));
      const stopped = await stopControlPlane(directory, { remove: true });
      expect(stopped.running).to.equal(false);
      expect(components.filter(isAlive)).to.deep.equal([]);
      expect(existsSync(directory)).to.equal(false);
    });
  });

  it('never takes a stranger with a recycled number for its own', async () => {
    const directory = join(scratch.path, 'stale');
    const stranger = spawn('sleep', ['60']);
    await once(stranger, 'spawn');
    const pid = stranger.pid ?? 0;
    const gone = { pid, startTime: 'of a process that is gone' };
    const layout = layoutOf(directory);
    mkdirSync(directory, { recursive: true });
    writeFileSync(layout.lock, JSON.stringify(gone));
    writeState(layout, {
      simulated: true,
      durable: true,
      startedAt: new Date(0).toISOString(),
      supervisor: gone,
      components: { etcd: gone },
      restarts: 0,
      nodeReady: true,
    });
    expect(readControlPlaneStatus(directory).state).to.equal('stopped');
    expect(await stopControlPlane(directory)).to.deep.equal({ running: false, leftovers: [] });
    expect(identityOf(pid)).not.to.equal(undefined);
    stranger.kill('SIGKILL');
  });

  it('ends what an earlier one left running, and nothing else', async () => {
    const directory = join(scratch.path, 'left');
    const left = spawn('sleep', ['60']);
    await once(left, 'spawn');
    const identity = identityOf(left.pid ?? 0);
    if (!identity) throw new Error('no identity');
    mkdirSync(directory, { recursive: true });
    writeState(layoutOf(directory), {
      simulated: true,
      durable: true,
      startedAt: new Date(0).toISOString(),
      supervisor: { pid: identity.pid, startTime: 'gone' },
      components: { etcd: identity },
      restarts: 0,
      nodeReady: true,
    });
    expect(await stopControlPlane(directory)).to.deep.equal({
      running: false,
      leftovers: ['etcd'],
    });
    expect(isAlive(identity)).to.equal(false);
  });

  it('shows the last lines of a component that ends before it is ready', async () => {
    const broken = join(scratch.path, 'kube-apiserver');
    writeFileSync(broken, '#!/bin/sh\necho "F: the flag --nonsense is unknown"\nexit 1\n', {
      mode: 0o755,
    });
    const directory = join(scratch.path, 'broken');
    const error = await failureOf(
      startControlPlane({
        directory,
        binaries: { ...binaries, essential: { ...binaries.essential, 'kube-apiserver': broken } },
        durable: false,
      }),
    );
    expect(error).to.have.nested.property('data.code', 'CK-LOCAL-004');
    expect(error.message).to.match(
      /^kube-apiserver ended before it was ready.*--nonsense is unknown/s,
    );
    await eventually(() => expect(readControlPlaneStatus(directory).state).to.equal('stopped'));
    expect(existsSync(join(directory, 'logs', 'kube-apiserver.log'))).to.equal(true);
  });

  it('answers while the rest is still being prepared, and says why the rest failed', async () => {
    const directory = join(scratch.path, 'early');
    const others = Promise.withResolvers<never>();
    others.promise.catch(() => undefined);
    const plane = await startControlPlane({
      directory,
      binaries: { ...binaries, others: others.promise },
      durable: false,
    });
    await using api = { ...connect(plane, directory), [Symbol.asyncDispose]: () => plane.stop() };
    await api.create(configMaps, configMap('early'));
    expect(readControlPlaneStatus(directory).state).to.equal('starting');
    others.reject(new Error('no compiler'));
    expect(String(await failureOf(plane.ready.node))).to.contain('no compiler');
    expect(await api.isReady()).to.equal(true);
    await api.close();
  });
});
