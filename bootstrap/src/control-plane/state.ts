import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { BinaryName } from '../binaries/index.ts';
import type { ProcessIdentity } from '../processes/index.ts';
import type { Layout } from './layout.ts';

/** What `cluster.json` says. It lists every process, so that a crashed owner's leftovers can be found. */
export interface ClusterState {
  simulated: true;
  durable: boolean;
  startedAt: string;
  supervisor: ProcessIdentity;
  components: Partial<Record<BinaryName, ProcessIdentity>>;
  /** Restarts of components that ended by themselves. */
  restarts: number;
  /** Known once the API answered. */
  server?: string;
  version?: string;
  /** Set while everything is being stopped. */
  stopping?: true;
  /** Whether pods can run. */
  nodeReady: boolean;
}

/** Replaces the file as a whole: a reader never sees half of it. */
export function writeState(layout: Layout, state: ClusterState): void {
  const next = `${layout.state}.next`;
  writeFileSync(next, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(next, layout.state);
}

/** What was last written; `undefined` when there is nothing, or nothing readable. */
export function readState(layout: Layout): ClusterState | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(layout.state, 'utf8'));
    return isState(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isState(value: unknown): value is ClusterState {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'supervisor' in value &&
    isIdentity(value.supervisor) &&
    'components' in value &&
    typeof value.components === 'object' &&
    value.components !== null &&
    Object.values(value.components).every(isIdentity)
  );
}

function isIdentity(value: unknown): value is ProcessIdentity {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'pid' in value &&
    typeof value.pid === 'number' &&
    'startTime' in value &&
    typeof value.startTime === 'string'
  );
}
