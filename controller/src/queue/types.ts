import type { Tx } from '../database/index.ts';
import type { ErrorData } from '../errors/index.ts';

/**
 * The two classes of work (design §6). `state`: "bring this up to date", one row per (kind, key)
 * for ever, newer requests join it as a higher generation. `event`: "this happened", one row each,
 * never merged, in order per (project, kind, key), gone when done.
 */
export type WorkClass = 'state' | 'event';

/** Short work may use slots that a kind keeps free for it; everything else is `default`. */
export type Lane = 'default' | 'short';

/** A claimed piece of work: a step of seconds. */
export interface WorkItem {
  id: string;
  class: WorkClass;
  kind: string;
  key: string;
  lane: Lane;
  payload: Record<string, unknown>;
  /** State work: which request this is; the finish is for this one, a later one keeps the item ready. */
  generation: number;
  /** Attempts before this one that failed or died; 0 on the first. */
  attempts: number;
  /** `<epoch>.<n>`: every claim has its own, and only the last one's holder may finish. */
  fencingToken: string;
  createdAt: Date;
  projectId?: string;
}

/** Recorded in the same transaction as the finish; runs again when that transaction has to be repeated. */
export type RecordWork = (tx: Tx) => Promise<void>;

/** How a piece of work ended. */
export type Outcome =
  | { kind: 'done'; record?: RecordWork }
  /** Again after a pause: the given one, or exponential with jitter up to a minute. */
  | { kind: 'retry'; error: ErrorData; afterMs?: number; record?: RecordWork }
  /** Nothing to do until one of the topics is announced (`wake`), a newer request comes, or the deadline passes. */
  | { kind: 'park'; wakeOn: readonly string[]; deadlineMs?: number; record?: RecordWork }
  /** Will never work: terminal for event work; state work stays failed until it is requested again. */
  | { kind: 'failed'; error: ErrorData; record?: RecordWork };

/** The channel on which ready work is announced; the payload is its kind. */
export const workChannel = 'codexk8s_work';
