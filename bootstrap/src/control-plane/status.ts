import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { essentialBinaries, otherBinaries, type BinaryName } from '../binaries/index.ts';
import { isAlive, readLockHolder } from '../processes/index.ts';
import { layoutOf } from './layout.ts';
import { readState } from './state.ts';

/** One component as found now. */
export interface ComponentStatus {
  name: BinaryName;
  running: boolean;
  pid?: number;
}

/** What is in a control plane's directory and what of it lives. */
export interface ControlPlaneStatus {
  /** running: all components live; starting: not yet; degraded: some are missing; stopped: none. */
  state: 'running' | 'starting' | 'degraded' | 'stopping' | 'stopped';
  directory: string;
  /** Always: its pods are played, not run. */
  simulated: true;
  durable?: boolean;
  server?: string;
  version?: string;
  kubeconfig?: string;
  startedAt?: string;
  restarts?: number;
  supervisor?: number;
  components: ComponentStatus[];
}

/** Looks at processes and files only; nothing is started or asked. */
export function readControlPlaneStatus(directory: string): ControlPlaneStatus {
  const layout = layoutOf(resolve(directory));
  const state = readState(layout);
  const supervisor = readLockHolder(layout.lock);
  const components = [...essentialBinaries, ...otherBinaries].map((name): ComponentStatus => {
    const identity = state?.components[name];
    return identity && isAlive(identity)
      ? { name, running: true, pid: identity.pid }
      : { name, running: false };
  });
  const base = { directory: layout.directory, simulated: true as const, components };
  if (!supervisor || !state)
    return {
      ...base,
      state: components.some((component) => component.running)
        ? 'degraded'
        : supervisor
          ? 'starting'
          : 'stopped',
    };
  const whole = components.every((component) => component.running);
  return {
    ...base,
    state: state.stopping
      ? 'stopping'
      : state.nodeReady
        ? whole
          ? 'running'
          : 'degraded'
        : 'starting',
    durable: state.durable,
    startedAt: state.startedAt,
    restarts: state.restarts,
    supervisor: supervisor.pid,
    ...(state.server === undefined ? {} : { server: state.server }),
    ...(state.version === undefined ? {} : { version: state.version }),
    ...(existsSync(layout.kubeconfig) ? { kubeconfig: layout.kubeconfig } : {}),
  };
}

/** Path and content of the kubeconfig of the control plane in a directory, if it has one. */
export function readKubeconfigOf(directory: string): { path: string; content: string } | undefined {
  const { kubeconfig } = layoutOf(resolve(directory));
  return existsSync(kubeconfig)
    ? { path: kubeconfig, content: readFileSync(kubeconfig, 'utf8') }
    : undefined;
}
