import { fork, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BinaryName, Binaries } from '../binaries/index.ts';
import { BootstrapError } from '../errors/index.ts';
import type { OnProgress } from '../progress.ts';
import { layoutOf, logOf } from './layout.ts';
import type { OwnerMessage, SupervisorMessage } from './messages.ts';

export interface StartControlPlaneOptions {
  /** Everything of this control plane lies here: kubeconfig, state, credentials, logs. Made 0700. */
  directory: string;
  /** From `ensureBinaries`; the others are attached when they are there. */
  binaries: Binaries;
  /** true: state survives a restart and a power cut. false: fast, and gone with `stop`. */
  durable: boolean;
  onProgress?: OnProgress;
  /** How long a part may take to get ready once it was started; default 60 s. */
  timeoutMs?: number;
}

/** A running control plane. It ends with its owner, however that ends, unless it was detached. */
export interface ControlPlane extends AsyncDisposable {
  readonly kubeconfigPath: string;
  readonly context: string;
  /** `https://127.0.0.1:<port>` */
  readonly server: string;
  /** Pods are played by kwok: whatever shows them says so. */
  readonly simulated: true;
  /** Version that the API server tells. */
  readonly version: string;
  /** `api` is fulfilled with the handle; `node` when pods run, rejected when the rest fails. */
  readonly ready: { api: Promise<void>; node: Promise<void> };
  /** Fulfilled when the supervisor has ended, by `stop` or by itself. */
  readonly closed: Promise<void>;
  /** Kills a component and keeps it away until `resume`: an outage for tests and drills. */
  interrupt(component: BinaryName): Promise<{ resume(): Promise<void> }>;
  /** Leaves it running without an owner, until `stopControlPlane`. */
  detach(): Promise<void>;
  /** Stops everything in order; returns when no process is left. */
  stop(): Promise<void>;
}

/**
 * Starts a control plane and resolves when its API is ready.
 * @throws BootstrapError `CK-LOCAL-004` a component ended, `-005` not in time, `-006` already running
 */
export async function startControlPlane(options: StartControlPlaneOptions): Promise<ControlPlane> {
  const layout = layoutOf(resolve(options.directory));
  mkdirSync(layout.logs, { recursive: true, mode: 0o700 });
  const began = performance.now();
  const elapsed = (): number => Math.round(performance.now() - began);
  options.onProgress?.({
    phase: 'start',
    subject: 'control plane',
    message: 'starting etcd and kube-apiserver',
    elapsedMs: 0,
  });

  const supervisor = spawnSupervisor(layout.directory, logOf(layout, 'supervisor'));
  const channel = openChannel(supervisor, options.onProgress);
  channel.send({
    kind: 'start',
    essential: options.binaries.essential,
    durable: options.durable,
    timeoutMs: options.timeoutMs ?? 60_000,
  });
  const { server, version } = await channel.expect('api-ready');
  options.onProgress?.({
    phase: 'ready',
    subject: 'kube-apiserver',
    message: `Kubernetes ${version} answers at ${server}`,
    elapsedMs: elapsed(),
  });

  const node = (async () => {
    channel.send({ kind: 'others', others: await options.binaries.others });
    await channel.expect('node-ready');
    options.onProgress?.({
      phase: 'ready',
      subject: 'kwok',
      message: 'the simulated node runs pods',
      elapsedMs: elapsed(),
    });
  })();
  // Whoever needs pods awaits it; the API works without.
  node.catch(() => undefined);

  let requests = 0;
  const call = async (kind: 'interrupt' | 'resume', component: BinaryName): Promise<void> => {
    const request = (requests += 1);
    channel.send({ kind, request, component });
    await channel.answerTo(request);
  };
  const stop = async (): Promise<void> => {
    channel.send({ kind: 'stop' });
    await channel.untilClosed();
  };
  return {
    kubeconfigPath: layout.kubeconfig,
    context: 'codex-k8s-local',
    server,
    simulated: true,
    version,
    ready: { api: Promise.resolve(), node },
    closed: channel.closed,
    interrupt: async (component) => {
      await call('interrupt', component);
      return { resume: () => call('resume', component) };
    },
    detach: async () => {
      channel.send({ kind: 'detach' });
      await channel.expect('detached');
      supervisor.disconnect();
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function spawnSupervisor(directory: string, log: string): ChildProcess {
  const output = openSync(log, 'a', 0o600);
  try {
    return fork(fileURLToPath(new URL('supervisor.ts', import.meta.url)), [directory], {
      cwd: directory,
      detached: true,
      execArgv: [],
      env: { HOME: directory, PATH: '/usr/bin:/bin' },
      stdio: ['ignore', output, output, 'ipc'],
    });
  } finally {
    closeSync(output);
  }
}

type MessageOf<Kind extends SupervisorMessage['kind']> = Extract<SupervisorMessage, { kind: Kind }>;

interface Channel {
  send(message: OwnerMessage): void;
  expect<Kind extends 'api-ready' | 'node-ready' | 'detached'>(
    kind: Kind,
  ): Promise<MessageOf<Kind>>;
  answerTo(request: number): Promise<void>;
  /** Fulfilled when the supervisor has ended; does not keep the owner alive by itself. */
  closed: Promise<void>;
  untilClosed(): Promise<void>;
}

function openChannel(supervisor: ChildProcess, onProgress: OnProgress | undefined): Channel {
  const listeners = new Set<(message: SupervisorMessage | undefined) => void>();
  const announce = (message: SupervisorMessage | undefined): void =>
    listeners.forEach((listener) => listener(message));
  let ended = false;
  supervisor.on('message', (message: SupervisorMessage) => {
    if (message.kind === 'progress') onProgress?.(message.progress);
    else announce(message);
  });
  const closed = new Promise<void>((done) => {
    const end = (): void => {
      ended = true;
      announce(undefined);
      done();
    };
    supervisor.once('exit', end);
    supervisor.once('error', end);
  });

  // While somebody waits for an answer this process has to live; otherwise an owner that is done
  // may end, and the closed channel tells the supervisor.
  let waiting = 0;
  const holding = async <T>(work: Promise<T>): Promise<T> => {
    waiting += 1;
    supervisor.ref();
    supervisor.channel?.ref();
    try {
      return await work;
    } finally {
      waiting -= 1;
      if (waiting === 0) {
        supervisor.unref();
        supervisor.channel?.unref();
      }
    }
  };

  const wait = <T>(
    pick: (message: SupervisorMessage) => { value: T } | { error: BootstrapError } | undefined,
  ): Promise<T> =>
    holding(
      new Promise<T>((fulfil, reject) => {
        const listener = (message: SupervisorMessage | undefined): void => {
          const picked = message === undefined ? { error: supervisorEnded() } : pick(message);
          if (!picked) return;
          listeners.delete(listener);
          if ('error' in picked) reject(picked.error);
          else fulfil(picked.value);
        };
        listeners.add(listener);
        if (ended) listener(undefined);
      }),
    );
  return {
    closed,
    untilClosed: () => holding(closed),
    send: (message) => {
      if (supervisor.connected) supervisor.send(message, () => undefined);
    },
    expect: <Kind extends 'api-ready' | 'node-ready' | 'detached'>(kind: Kind) =>
      wait<MessageOf<Kind>>((message) => {
        if (message.kind === 'failed' && message.part === (kind === 'api-ready' ? 'api' : 'node'))
          return { error: new BootstrapError(message.error) };
        return isOf(message, kind) ? { value: message } : undefined;
      }),
    answerTo: (request) =>
      wait((message) => {
        if (message.kind !== 'done' || message.request !== request) return undefined;
        return message.error ? { error: new BootstrapError(message.error) } : { value: undefined };
      }),
  };
}

function isOf<Kind extends SupervisorMessage['kind']>(
  message: SupervisorMessage,
  kind: Kind,
): message is MessageOf<Kind> {
  return message.kind === kind;
}

function supervisorEnded(): BootstrapError {
  return new BootstrapError({
    code: 'CK-LOCAL-007',
    message: 'the control plane was stopped',
    hint: 'it was stopped by `bootstrap local down`, or its supervisor died: see logs/supervisor.log in its directory',
  });
}
