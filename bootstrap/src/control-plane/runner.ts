import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { BinaryName } from '../binaries/index.ts';
import {
  endProcess,
  identityOf,
  lowerPriority,
  withParentDeath,
  type ProcessIdentity,
} from '../processes/index.ts';
import { parametersOf, type ComponentOptions } from './components.ts';
import { logOf } from './layout.ts';

/** How a component ended. */
export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** One running component. */
export interface RunningComponent {
  name: BinaryName;
  identity: ProcessIdentity;
  startedAt: number;
  ended: Promise<Ending>;
  stop(how: { signal: NodeJS.Signals; graceMs: number }): Promise<void>;
}

/** Starts a component in the cluster's directory, its output appended to its log. */
export async function runComponent(
  name: BinaryName,
  binary: string,
  options: ComponentOptions,
): Promise<RunningComponent> {
  const log = openSync(logOf(options.layout, name), 'a', 0o600);
  const [program = '', ...parameters] = withParentDeath([binary, ...parametersOf[name](options)]);
  const child = spawn(program, parameters, {
    cwd: options.layout.directory,
    // Nothing of the user's environment steers a component (proxies, GOGC, KUBECONFIG …).
    env: {
      HOME: options.layout.directory,
      PATH: '/usr/bin:/bin',
      // Where starting fast matters, a fifth of the API server's start is worth 100 MB.
      ...(options.durable ? {} : { GOGC: '400' }),
    },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  if (background.has(name)) lowerPriority(child.pid);
  const ended = new Promise<Ending>((resolve) =>
    child.once('exit', (code, signal) => resolve({ code, signal })),
  );
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  const pid = child.pid ?? 0;
  // Gone already: an identity that nothing alive can have.
  const identity = identityOf(pid) ?? { pid, startTime: 'ended' };
  return {
    name,
    identity,
    startedAt: performance.now(),
    ended,
    stop: async (how) => {
      await endProcess(identity, how);
      await ended;
    },
  };
}

// These make the work of a simulated cluster, as much as a machine gives them: who works at it, the
// platform that is being tried and the API server that both wait for come first.
const background: ReadonlySet<BinaryName> = new Set([
  'kube-controller-manager',
  'kube-scheduler',
  'kwok',
]);
