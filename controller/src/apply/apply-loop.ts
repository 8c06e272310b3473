import type { Checkpoint } from '../checkpoints/index.ts';
import { errorData, type ErrorData } from '../errors/index.ts';
import type { ClusterConnection } from '../kubernetes/index.ts';
import type { Telemetry } from '../telemetry/index.ts';
import type { ApplyErrorCode } from './codes.ts';
import { createEnvironmentRunner, type EnvironmentRunner } from './environment-runner.ts';
import type { ApplyLedger, DesiredState, WorkSource } from './ports.ts';
import type { ApplyWork, EnvironmentTarget } from './types.ts';

export interface ApplyLoopOptions {
  work: WorkSource;
  ledger: ApplyLedger;
  /** The state repository of an environment's project. */
  desired(environmentId: string): Promise<DesiredState>;
  cluster: ClusterConnection;
  checkpoint: Checkpoint;
  telemetry: Telemetry;
  /** Monotonic, ms; `performance.now` by default: the clock of leases and time-outs. */
  clock?: () => number;
  /** Environments at once; 8 by default. */
  environments?: number;
  /** Writes at once in one environment; 24 by default (16–32 saturate two cores of an API server). */
  writes?: number;
  /** How often to look for work and for environments to take, when nothing calls; 5 s by default. */
  pollMs?: number;
  /** How long before the end of a lease the last write must be over; 1 s by default, and never more than a fifth of the lease. A new holder waits it out. */
  leaseMarginMs?: number;
  /** Told of failures outside of any step (database away, …); they are repeated by themselves. */
  onError?(error: ErrorData): void;
}

export interface ApplyLoop {
  start(): void;
  /** Lets the steps under way come to an end, closes the watches, gives the environments back. */
  stop(): Promise<void>;
}

/** The loop of one apply process and one cluster: takes environments, claims their work, runs it step by step. */
export function createApplyLoop(options: ApplyLoopOptions): ApplyLoop {
  const { work, environments: capacity = 8, pollMs = 5_000 } = options;
  const runners = new Map<string, EnvironmentRunner>();
  const running = new Set<Promise<void>>();
  const stopping = new AbortController();
  let pumping: Promise<void> | undefined;
  let calledAgain = false;
  let mayBeNew = false;
  let acquiredAt = Number.NEGATIVE_INFINITY;
  let stopListening: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;

  function report(error: unknown): void {
    options.telemetry.count('apply_loop_errors');
    options.onError?.(errorData(error, 'CK-APPLY-007' satisfies ApplyErrorCode));
  }

  function runnerOf(target: EnvironmentTarget): EnvironmentRunner {
    const known = runners.get(target.id);
    if (known) return known;
    const runner = createEnvironmentRunner(target, options, report);
    runners.set(target.id, runner);
    return runner;
  }

  async function acquire(): Promise<void> {
    acquiredAt = performance.now();
    const held = new Map((await work.acquireEnvironments()).map((target) => [target.id, target]));
    for (const [id, runner] of runners) {
      if (held.has(id)) continue;
      runners.delete(id);
      void runner.stop().catch(report);
    }
    for (const target of held.values()) runnerOf(target).begin();
  }

  async function claim(): Promise<boolean> {
    const free = capacity - running.size;
    if (free <= 0 || stopping.signal.aborted) return false;
    const claimed = await work.claim(free);
    for (const item of claimed) begin(item);
    return claimed.length > 0;
  }

  function begin(item: ApplyWork): void {
    const step = runnerOf(item.environment)
      .run(item)
      .catch(report)
      .finally(() => {
        running.delete(step);
        pump();
      });
    running.add(step);
  }

  /** Claims until nothing is left; one at a time, and once more when called meanwhile. */
  function pump(): void {
    calledAgain = true;
    if (pumping || stopping.signal.aborted) return;
    pumping = drain()
      .catch(report)
      .finally(() => {
        pumping = undefined;
        if (calledAgain) pump();
      });
  }

  /** Perhaps the work belongs to an environment that nobody holds yet. */
  function called(): void {
    mayBeNew = true;
    pump();
  }

  async function drain(): Promise<void> {
    while (calledAgain && !stopping.signal.aborted) {
      calledAgain = false;
      if (performance.now() - acquiredAt > pollMs) await acquire();
      if (await claim()) continue;
      if (!mayBeNew || running.size > 0) continue;
      mayBeNew = false;
      await acquire();
      await claim();
    }
  }

  return {
    start() {
      stopListening = work.onWork(called);
      timer = setInterval(pump, pollMs);
      pump();
    },

    async stop() {
      stopListening?.();
      clearInterval(timer);
      stopping.abort();
      await pumping;
      await Promise.all([...runners.values()].map((runner) => runner.stop()));
      await Promise.all(running);
      await work.releaseEnvironments().catch(report);
    },
  };
}
