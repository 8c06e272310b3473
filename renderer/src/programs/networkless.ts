import { access, constants } from 'node:fs/promises';
import { runProgram } from '../processes/index.ts';

/** Where `unshare` of util-linux lies; the environment of the caller has no say in it. */
const places = ['/usr/bin/unshare', '/bin/unshare'];
const flags = ['--user', '--map-current-user', '--net', '--'];

let found: Promise<readonly string[]> | undefined;

/**
 * What to put before a program so that it has no network at all, not even this machine: a network
 * namespace of its own, on Linux where the system lets everybody make one. Elsewhere nothing; there
 * the checks before a run, the dead proxy and the empty PATH are what keeps a program from the
 * network.
 */
export function networkless(): Promise<readonly string[]> {
  found ??= find();
  return found;
}

async function find(): Promise<readonly string[]> {
  if (process.platform !== 'linux') return [];
  for (const place of places) {
    const isThere = await access(place, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (!isThere) continue;
    const trial = await runProgram(place, [...flags, '/proc/self/exe', '--version'], {
      cwd: '/',
      environment: {},
      limits: { timeMs: 2_000, outputBytes: 10_000, memoryBytes: 1 << 30 },
    });
    if (trial.code === 0) return [place, ...flags];
  }
  return [];
}
