import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { identityOf, isAlive, type ProcessIdentity } from './identity.ts';

/** A lock file held by one process; it counts only while that process lives. */
export interface Lock {
  release(): void;
}

/** Takes the lock for `holder` (default: this process), or returns `undefined` while another living process holds it. */
export function acquireLock(path: string, holder = identityOf(process.pid)): Lock | undefined {
  if (!holder) return undefined;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const content = JSON.stringify(holder);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    if (linkWith(path, content)) return { release: () => releaseIfOwn(path, content) };
    const held = read(path);
    const owner = held === undefined ? undefined : parse(held);
    if (owner && isAlive(owner)) return undefined;
    if (held !== undefined) breakStale(path, held);
  }
  return undefined;
}

/** Who holds the lock now; `undefined` when nobody alive does. */
export function readLockHolder(path: string): ProcessIdentity | undefined {
  const held = read(path);
  const owner = held === undefined ? undefined : parse(held);
  return owner && isAlive(owner) ? owner : undefined;
}

/** A hard link appears with its content at once and fails when the name is taken. */
function linkWith(path: string, content: string): boolean {
  const own = `${path}.${randomBytes(6).toString('hex')}`;
  writeFileSync(own, content, { mode: 0o600 });
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/** Moves a dead holder's file away; a living one that slipped in between is put back. */
function breakStale(path: string, stale: string): void {
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    renameSync(path, aside);
    if (read(aside) !== stale) linkSync(aside, path);
  } catch {
    // Somebody else broke it first: the next attempt sees what is there now.
  } finally {
    rmSync(aside, { force: true });
  }
}

function releaseIfOwn(path: string, content: string): void {
  if (read(path) === content) rmSync(path, { force: true });
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function parse(text: string): ProcessIdentity | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    if (!('pid' in value) || typeof value.pid !== 'number') return undefined;
    if (!('startTime' in value) || typeof value.startTime !== 'string') return undefined;
    return { pid: value.pid, startTime: value.startTime };
  } catch {
    return undefined;
  }
}
