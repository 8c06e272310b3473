import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../database/index.ts';
import { isConnectionFailure } from '../database/index.ts';
import { errorData } from '../errors/index.ts';
import type { Telemetry } from '../telemetry/index.ts';
import { FencingLost } from './failures.ts';
import { finishWork } from './finish.ts';
import { releaseLeases } from './leases.ts';
import type { Outcome, WorkItem } from './types.ts';
import type { BatchKind, SingleKind, WorkContext } from './worker-options.ts';

/** A group of claimed items with one handler call, and its lease. */
export interface RunningWork extends WorkContext {
  readonly items: readonly WorkItem[];
  /** The lease was renewed and now ends then. */
  prolong(leaseEndsAt: number): void;
  /** The lease is lost, or the worker stops. */
  abort(reason: 'lease-lost' | 'stopping'): void;
  readonly aborted: 'lease-lost' | 'stopping' | undefined;
  end(): void;
}

/** Starts watching a lease: when its end passes without renewal, the handler is aborted. */
export function createRunningWork(
  items: readonly WorkItem[],
  firstLeaseEndsAt: number,
): RunningWork {
  const controller = new AbortController();
  let aborted: 'lease-lost' | 'stopping' | undefined;
  let leaseEndsAt = firstLeaseEndsAt;
  let timer: NodeJS.Timeout | undefined;
  const abort = (reason: 'lease-lost' | 'stopping'): void => {
    // A lost lease outweighs stopping: nothing may be given back any more.
    if (aborted === undefined || reason === 'lease-lost') aborted = reason;
    controller.abort(
      new Error(reason === 'lease-lost' ? 'the lease was lost' : 'the worker is stopping'),
    );
  };
  const arm = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => abort('lease-lost'), Math.max(0, leaseEndsAt - performance.now()));
  };
  arm();
  return {
    items,
    signal: controller.signal,
    get leaseEndsAt() {
      return leaseEndsAt;
    },
    get aborted() {
      return aborted;
    },
    prolong(until) {
      leaseEndsAt = until;
      arm();
    },
    abort,
    end() {
      clearTimeout(timer);
    },
  };
}

/** What carries a group of items from its handler to its finish. */
export interface RunDependencies {
  db: Database;
  telemetry: Telemetry;
}

/** Runs the handler and finishes; never rejects: what goes wrong becomes a retry, a release, or a lost lease. */
export async function runWork(
  dependencies: RunDependencies,
  kind: SingleKind | BatchKind,
  work: RunningWork,
): Promise<void> {
  const began = performance.now();
  const name = work.items[0]?.kind ?? '';
  const ended = (result: string): void => {
    dependencies.telemetry.duration('queue_work', (performance.now() - began) / 1000, {
      kind: name,
    });
    dependencies.telemetry.count(
      'queue_outcomes',
      { kind: name, outcome: result },
      work.items.length,
    );
  };
  const outcome = await handled(kind, work);
  if (work.aborted === 'lease-lost') return ended('lease-lost');
  // A handler that was told to stop and failed did not fail by itself: no attempt is counted.
  if (work.aborted === 'stopping' && outcome.kind === 'retry') {
    await releaseLeases(dependencies.db, work.items).catch(() => {});
    return ended('released');
  }
  const result = await finished(dependencies, kind, work, outcome);
  ended(result);
  if (result === outcome.kind) await kind.onFinished?.();
}

async function handled(kind: SingleKind | BatchKind, work: RunningWork): Promise<Outcome> {
  try {
    if ('handleBatch' in kind) return await kind.handleBatch(work.items, work);
    const [item] = work.items;
    return item ? await kind.handle(item, work) : { kind: 'done' };
  } catch (error) {
    return { kind: 'retry', error: errorData(error) };
  }
}

const pauseBetweenFinishesMs = 250;

/**
 * Finishes, again and again while the database is away: a finish that was cut off either happened –
 * then the token is void and the next try says so – or did not, and may be repeated. Ends with the lease.
 */
async function finished(
  dependencies: RunDependencies,
  kind: SingleKind | BatchKind,
  work: RunningWork,
  outcome: Outcome,
): Promise<string> {
  const options = kind.maxAttempts === undefined ? {} : { maxAttempts: kind.maxAttempts };
  let wanted = outcome;
  let cutOff = false;
  for (;;) {
    try {
      await finishWork(dependencies.db, work.items, wanted, options);
      return wanted.kind;
    } catch (error) {
      if (error instanceof FencingLost) return cutOff ? wanted.kind : 'fenced';
      if (work.aborted === 'lease-lost') return 'lease-lost';
      if (isConnectionFailure(error)) {
        cutOff = true;
        await pause(pauseBetweenFinishesMs);
      } else if (wanted === outcome && outcome.record !== undefined) {
        // The record was refused: that is the handler's failure, and the item's next attempt.
        wanted = { kind: 'retry', error: errorData(error) };
      } else {
        dependencies.telemetry.count('queue_finish_errors', { kind: work.items[0]?.kind ?? '' });
        return 'unfinished';
      }
    }
  }
}
