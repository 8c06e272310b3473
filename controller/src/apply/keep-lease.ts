import type { WorkSource } from './ports.ts';
import type { StepSignals } from './step.ts';
import type { ApplyWork } from './types.ts';

/** How long requests under way may still take when the process stops. */
const stopGraceMs = 3_000;

/** The lease of one step, kept while the step lasts. */
export interface KeptLease extends StepSignals {
  /** How long the lease was when the step began, ms. */
  readonly lengthMs: number;
  /** Whether somebody else may hold the work by now. */
  isLost(): boolean;
  stopRenewing(): void;
}

/** Renews the lease of a step whenever half of it has passed, until told to stop; `signal` ends when it is lost. */
export function keepLease(source: WorkSource, work: ApplyWork, stopping: AbortSignal): KeptLease {
  const controller = new AbortController();
  const lengthMs = work.leaseEndsAt - performance.now();
  let lost = false;
  let ended = false;
  let timer: NodeJS.Timeout | undefined;
  let graceTimer: NodeJS.Timeout | undefined;

  function plan(): void {
    if (ended) return;
    const half = (work.leaseEndsAt - performance.now()) / 2;
    timer = setTimeout(() => void renew(), Math.max(50, half));
  }

  async function renew(): Promise<void> {
    // A source that is away may be back before the lease ends.
    const kept = await source.renew(work).catch(() => performance.now() < work.leaseEndsAt);
    if (ended) return;
    if (kept) return plan();
    lost = true;
    controller.abort();
  }

  // What is under way when the process stops may end and be recorded, but not for long.
  function onStop(): void {
    graceTimer = setTimeout(() => controller.abort(), stopGraceMs);
  }

  plan();
  if (stopping.aborted) onStop();
  stopping.addEventListener('abort', onStop, { once: true });
  return {
    lengthMs,
    signal: controller.signal,
    stopping,
    isLost: () => lost || performance.now() > work.leaseEndsAt,
    stopRenewing() {
      ended = true;
      clearTimeout(timer);
      clearTimeout(graceTimer);
      stopping.removeEventListener('abort', onStop);
    },
  };
}
