import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  essentialBinaries,
  otherBinaries,
  type BinaryName,
  type EssentialBinary,
  type OtherBinary,
} from '../binaries/index.ts';
import { BootstrapError } from '../errors/index.ts';
import { acquireLock, identityOf, logTail, readLockHolder, type Lock } from '../processes/index.ts';
import type { OnProgress } from '../progress.ts';
import { connectApiServer, type ApiServer } from './api-server.ts';
import { prepareCredentials, writeKubeconfigs } from './credentials.ts';
import { endLeftovers } from './leftovers.ts';
import { logOf, sockets, type Layout } from './layout.ts';
import { runComponent, type RunningComponent } from './runner.ts';
import { canRunPods, createSimulatedNode } from './simulated-node.ts';
import { readState, writeState, type ClusterState } from './state.ts';

/** The components of one control plane, inside its supervisor. */
export interface Cluster {
  startApi(
    binaries: Record<EssentialBinary, string>,
    options: { durable: boolean; timeoutMs: number },
  ): Promise<{ server: string; version: string }>;
  startNode(binaries: Record<OtherBinary, string>): Promise<void>;
  /** Kills a component and keeps it away until `resume`. */
  interrupt(component: BinaryName): Promise<void>;
  resume(component: BinaryName): Promise<void>;
  stop(): Promise<void>;
}

/** Stopped in this order; started in the reverse one. */
const stopOrder: readonly (readonly BinaryName[])[] = [otherBinaries, ['kube-apiserver'], ['etcd']];
const portAttempts = 5;
const longestRestartDelayMs = 5_000;

/** Nothing starts yet. */
export function createCluster(layout: Layout, onProgress: OnProgress): Cluster {
  const running = new Map<BinaryName, RunningComponent>();
  const binaries = new Map<BinaryName, string>();
  /** Not to be restarted: interrupted on purpose, still starting, or the whole is stopping. */
  const unguarded = new Set<BinaryName>([...essentialBinaries, ...otherBinaries]);
  let stopping = false;
  let lock: Lock | undefined;
  let durable = true;
  let timeoutMs = 60_000;
  let port = 0;
  let token = '';
  let api: ApiServer | undefined;
  let state: ClusterState | undefined;

  const record = (change: Partial<ClusterState> = {}): void => {
    if (!state) return;
    state = {
      ...state,
      ...change,
      components: Object.fromEntries(
        [...running].map(([name, component]) => [name, component.identity]),
      ),
    };
    writeState(layout, state);
  };

  const launch = async (name: BinaryName): Promise<RunningComponent> => {
    const component = await runComponent(name, binaries.get(name) ?? '', { layout, port, durable });
    running.set(name, component);
    record();
    void component.ended.then(() => {
      if (running.get(name) !== component) return;
      running.delete(name);
      if (!stopping) record();
      if (!stopping && !unguarded.has(name))
        void restart(name, performance.now() - component.startedAt);
    });
    return component;
  };

  const restart = async (name: BinaryName, livedMs: number): Promise<void> => {
    record({ restarts: (state?.restarts ?? 0) + 1 });
    let delay = livedMs > 30_000 ? 0 : 250;
    const wanted = (): boolean => !stopping && !unguarded.has(name) && !running.has(name);
    while (wanted()) {
      await sleep(delay);
      if (!wanted()) return;
      try {
        await launch(name);
      } catch (error) {
        process.stderr.write(`restarting ${name}: ${String(error)}\n`);
        delay = Math.min(delay * 2 + 250, longestRestartDelayMs);
      }
    }
  };

  /** Polls until `check` holds; a watched component that ends first, or the deadline, is an error. */
  const until = async (
    what: BinaryName,
    check: () => Promise<boolean>,
    watched: readonly BinaryName[],
  ): Promise<void> => {
    const began = performance.now();
    let toldAt = began;
    while (!(await check())) {
      if (stopping)
        throw new BootstrapError({
          code: 'CK-LOCAL-007',
          message: 'the control plane was stopped while it started',
        });
      const lost = watched.find((name) => !running.has(name));
      if (lost) throw componentEnded(layout, lost);
      const elapsedMs = performance.now() - began;
      if (elapsedMs > timeoutMs) throw notReady(layout, what, elapsedMs);
      if (performance.now() - toldAt > 2_000) {
        toldAt = performance.now();
        onProgress({
          phase: 'start',
          subject: what,
          message: `waiting for ${what}`,
          elapsedMs: Math.round(elapsedMs),
        });
      }
      await sleep(20);
    }
  };

  const startApiServer = async (): Promise<void> => {
    for (let attempt = 1; ; attempt += 1) {
      port = await freePort();
      await api?.close();
      api = connectApiServer(`https://127.0.0.1:${port}`, layout.certificateAuthority, token);
      const server = api;
      await launch('kube-apiserver');
      try {
        await until('kube-apiserver', () => server.isReady(), essentialBinaries);
        return;
      } catch (error) {
        // Another process took the port between our look and the server's bind.
        const clash = /address already in use/.test(logTail(logOf(layout, 'kube-apiserver')));
        if (!clash || running.has('kube-apiserver') || attempt >= portAttempts) throw error;
      }
    }
  };

  return {
    startApi: async (essential, options) => {
      const supervisor = identityOf(process.pid);
      lock = await takeLock(layout);
      if (!lock || !supervisor) throw alreadyRunning(layout);
      ({ durable, timeoutMs } = options);
      await endLeftovers(layout);
      for (const socket of Object.values(sockets))
        rmSync(join(layout.directory, socket), { force: true });
      rmSync(layout.kubeconfig, { force: true });
      if (!durable) rmSync(layout.data, { recursive: true, force: true });
      token = prepareCredentials(layout);
      for (const name of [...essentialBinaries, ...otherBinaries])
        writeFileSync(logOf(layout, name), '', { mode: 0o600 });
      state = {
        simulated: true,
        durable,
        startedAt: new Date().toISOString(),
        supervisor,
        components: {},
        restarts: 0,
        nodeReady: false,
      };
      for (const name of essentialBinaries) binaries.set(name, essential[name]);

      await launch('etcd');
      await startApiServer();
      for (const name of essentialBinaries) unguarded.delete(name);
      const server = `https://127.0.0.1:${port}`;
      writeKubeconfigs(layout, server);
      const version = (await api?.readVersion()) ?? 'unknown';
      record({ server, version });
      return { server, version };
    },
    startNode: async (others) => {
      const server = api;
      if (!server)
        throw new BootstrapError({
          code: 'CK-LOCAL-008',
          message: 'the API server was not started',
        });
      for (const name of otherBinaries) {
        binaries.set(name, others[name]);
        await launch(name);
      }
      await createSimulatedNode(server);
      await until('kwok', () => canRunPods(server), [...essentialBinaries, ...otherBinaries]);
      for (const name of otherBinaries) unguarded.delete(name);
      record({ nodeReady: true });
    },
    interrupt: async (name) => {
      unguarded.add(name);
      await running.get(name)?.stop({ signal: 'SIGKILL', graceMs: 5_000 });
    },
    resume: async (name) => {
      if (!running.has(name)) await launch(name);
      const server = api;
      if (name !== 'kwok' && server) await until(name, () => server.isReady(), [name]);
      unguarded.delete(name);
    },
    stop: async () => {
      stopping = true;
      record({ stopping: true });
      // State that is thrown away needs no farewell.
      const how = durable
        ? { signal: 'SIGTERM' as const, graceMs: 15_000 }
        : { signal: 'SIGKILL' as const, graceMs: 5_000 };
      for (const together of stopOrder)
        await Promise.all(together.map(async (name) => running.get(name)?.stop(how)));
      await api?.close();
      if (!lock) return;
      for (const socket of Object.values(sockets))
        rmSync(join(layout.directory, socket), { force: true });
      if (!durable) rmSync(layout.data, { recursive: true, force: true });
      rmSync(layout.state, { force: true });
      lock.release();
    },
  };
}

/** Waits for an earlier control plane that is just stopping (its owner died a moment ago). */
async function takeLock(layout: Layout): Promise<Lock | undefined> {
  const began = performance.now();
  for (;;) {
    const lock = acquireLock(layout.lock);
    if (lock) return lock;
    const patienceMs = readState(layout)?.stopping ? 45_000 : 1_000;
    if (performance.now() - began > patienceMs) return undefined;
    await sleep(50);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

function alreadyRunning(layout: Layout): BootstrapError {
  return new BootstrapError({
    code: 'CK-LOCAL-006',
    message: `process ${readLockHolder(layout.lock)?.pid ?? '?'} already runs a control plane in ${layout.directory}`,
    where: { directory: layout.directory },
    hint: 'use it, stop it with `bootstrap local down`, or choose another --directory',
  });
}

function componentEnded(layout: Layout, name: BinaryName): BootstrapError {
  const log = logOf(layout, name);
  return new BootstrapError({
    code: 'CK-LOCAL-004',
    message: `${name} ended before it was ready; its last lines:\n${logTail(log)}`,
    where: { component: name, log },
    hint: `the whole log is ${log}`,
  });
}

function notReady(layout: Layout, name: BinaryName, elapsedMs: number): BootstrapError {
  const log = logOf(layout, name);
  return new BootstrapError({
    code: 'CK-LOCAL-005',
    message: `${name} was not ready after ${Math.round(elapsedMs / 1000)} s; its last lines:\n${logTail(log)}`,
    where: { component: name, log },
    hint: `the whole log is ${log}; a busy machine may need a longer timeout`,
  });
}
