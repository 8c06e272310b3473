import { setTimeout as sleep } from 'node:timers/promises';
import { BootstrapError } from '../errors/index.ts';
import { isAlive, type ProcessIdentity } from './identity.ts';

/** The polite signal (default SIGTERM) and how long it may take before SIGKILL (default 10 s). */
export interface EndOptions {
  signal?: NodeJS.Signals;
  graceMs?: number;
}

/** Ends exactly this process and returns once it is gone; a recycled number is left alone. */
export async function endProcess(
  identity: ProcessIdentity,
  options: EndOptions = {},
): Promise<void> {
  if (!signal(identity, options.signal ?? 'SIGTERM')) return;
  if (await isGone(identity, options.graceMs ?? 10_000)) return;
  signal(identity, 'SIGKILL');
  if (await isGone(identity, 5_000)) return;
  throw new BootstrapError({
    code: 'CK-LOCAL-009',
    message: `process ${identity.pid} survives SIGKILL`,
    hint: 'it may belong to another user or hang in the kernel; look at it with ps',
  });
}

function signal(identity: ProcessIdentity, name: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    process.kill(identity.pid, name);
    return true;
  } catch {
    return isAlive(identity);
  }
}

async function isGone(identity: ProcessIdentity, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (isAlive(identity)) {
    if (performance.now() > deadline) return false;
    await sleep(10);
  }
  return true;
}
