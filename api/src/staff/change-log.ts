import { randomBytes } from 'node:crypto';
import type { Change, ChangeFeed } from './ports.ts';

/** A change with its place in this process's order. */
export interface LoggedChange {
  id: string;
  change: Change;
}

/** What a reader has to be sent to be up to date. */
export type Resumption = { kind: 'changes'; changes: LoggedChange[] } | { kind: 'reset' };

/** The newest changes in the order in which this process learned them. */
export interface ChangeLog {
  /** Id of the newest change, or of the beginning. */
  readonly lastId: string;
  /** What came after an id; `reset` when that is not known any more, or was never this process's. */
  after(id: string): Resumption;
  /** Calls the listener for each further change. */
  follow(listener: (logged: LoggedChange) => void): () => void;
  close(): void;
}

/**
 * Keeps the last changes of a feed. Its ids begin with a value of this process: commits do not become
 * visible in the order of their sequence numbers, so only the order of arrival makes a resumption complete;
 * a reader that comes from another process is told to read everything again.
 */
export function createChangeLog(feed: ChangeFeed, capacity = 1_000): ChangeLog {
  const epoch = randomBytes(6).toString('hex');
  const listeners = new Set<(logged: LoggedChange) => void>();
  let kept: LoggedChange[] = [];
  let count = 0;
  const idOf = (number: number): string => `${epoch}-${number}`;

  const stop = feed.subscribe((change) => {
    count += 1;
    const logged = { id: idOf(count), change: shown(change) };
    kept.push(logged);
    // Trimmed in halves, so that keeping a change costs the same however many there are.
    if (kept.length > capacity * 2) kept = kept.slice(-capacity);
    for (const listener of listeners) listener(logged);
  });

  return {
    get lastId() {
      return idOf(count);
    },
    after(id) {
      const [, ofEpoch, digits] = /^([0-9a-f]{12})-(\d{1,15})$/.exec(id) ?? [];
      const missed = count - Number(digits);
      if (ofEpoch !== epoch || missed < 0 || missed > kept.length) return { kind: 'reset' };
      return { kind: 'changes', changes: missed === 0 ? [] : kept.slice(-missed) };
    },
    follow(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      listeners.clear();
      stop();
    },
  };
}

// A feed may carry more, payloads among it: only what the contract names leaves the platform.
function shown({ type, environmentId, runId, at }: Change): Change {
  return {
    type,
    ...(environmentId !== undefined && { environmentId }),
    ...(runId !== undefined && { runId }),
    at,
  };
}
