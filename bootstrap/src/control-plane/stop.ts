import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { endProcess, readLockHolder } from '../processes/index.ts';
import { endLeftovers } from './leftovers.ts';
import { layoutOf, sockets } from './layout.ts';
import { readState } from './state.ts';

/** What `down` found. */
export interface Stopped {
  /** Whether a supervisor was running. */
  running: boolean;
  /** Components that had outlived theirs. */
  leftovers: string[];
}

/**
 * Stops the control plane in a directory, whoever started it, and ends what a crash left.
 * @param options.remove also removes the directory with all state
 */
export async function stopControlPlane(
  directory: string,
  options: { remove?: boolean } = {},
): Promise<Stopped> {
  const layout = layoutOf(resolve(directory));
  const supervisor = readLockHolder(layout.lock);
  if (supervisor) await endProcess(supervisor, { graceMs: 45_000 });
  const state = readState(layout);
  const leftovers = await endLeftovers(layout);
  await Promise.all(
    [
      layout.state,
      layout.lock,
      ...Object.values(sockets).map((name) => join(layout.directory, name)),
    ].map((path) => rm(path, { force: true })),
  );
  if (state && !state.durable) await rm(layout.data, { recursive: true, force: true });
  if (options.remove) await rm(layout.directory, { recursive: true, force: true });
  return { running: supervisor !== undefined, leftovers };
}
