import type { LockedDigests } from './images-lock.ts';

/** What a new lock keeps, asks for and leaves out, by lock key; each sorted. */
export interface LockChanges {
  /** Stay as they are. */
  kept: ReadonlyMap<string, string>;
  /** Are to be asked for. */
  wanted: readonly string[];
  /** Nothing uses them any more. */
  unused: readonly string[];
}

/**
 * Compares a lock with what the stack uses.
 *
 * @param refresh ask for what is locked already, too: tags move
 */
export function compareLock(
  used: Iterable<string>,
  locked: LockedDigests,
  refresh = false,
): LockChanges {
  const keys = [...new Set(used)].toSorted();
  const kept = new Map<string, string>();
  for (const key of keys) {
    const digest = locked.get(key);
    if (digest !== undefined && !refresh) kept.set(key, digest);
  }
  return {
    kept,
    wanted: keys.filter((key) => !kept.has(key)),
    unused: [...locked.keys()].filter((key) => !keys.includes(key)).toSorted(),
  };
}
