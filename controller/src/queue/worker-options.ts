import type { Telemetry } from '../telemetry/index.ts';
import type { Outcome, WorkItem } from './types.ts';

/** What a handler knows besides its work. */
export interface WorkContext {
  /** Aborted when the lease was lost or the worker stops: end soon, nothing will be recorded. */
  readonly signal: AbortSignal;
  /** When the lease ends, on the clock of `performance.now()`; moves on as it is renewed. */
  readonly leaseEndsAt: number;
}

interface KindOptions {
  /** Handlers of this kind at once in this worker. */
  concurrency: number;
  /** Out of these, kept free for items of the short lane; 0 by default. */
  reserved?: number;
  /** Event work is given up after this many attempts; 20 by default. */
  maxAttempts?: number;
  /** Awaited after a finish was committed. */
  onFinished?: () => Promise<void>;
}

/** Work handled one item at a time. */
export interface SingleKind extends KindOptions {
  handle(item: WorkItem, context: WorkContext): Promise<Outcome>;
}

/** Work handled many items at once, with one outcome for all; what fails together comes back one by one. */
export interface BatchKind extends KindOptions {
  handleBatch(items: readonly WorkItem[], context: WorkContext): Promise<Outcome>;
  /** Items at most; 100 by default. */
  batch?: number;
  /**
   * Milliseconds between the starts of two batches that were not full; 0 by default. A single item
   * waits for nothing; of a stream, what arrives meanwhile goes together.
   */
  spacingMs?: number;
}

/** What a worker does. */
export interface WorkerOptions {
  /** Names the lease owner, for people. */
  name: string;
  kinds: Readonly<Record<string, SingleKind | BatchKind>>;
  /** How long a lease lasts without renewal; 15 s by default. Renewed at a third of it. */
  leaseMs?: number;
  /** The slow poll behind the notifications; 5 s by default. */
  pollMs?: number;
  /** How long `stop` lets handlers finish before it aborts them; 5 s by default. */
  graceMs?: number;
  /** The keys of a kind that may be claimed now; undefined: all. Asked at every claim. */
  keyFilter?: (kind: string) => readonly string[] | undefined;
  telemetry?: Telemetry;
}

/** Takes work and has it done. */
export interface Worker {
  start(): void;
  /** Claims no more, waits for the handlers, then aborts them and gives their work back. */
  stop(): Promise<void>;
}
