import type { Checkpoint } from '../checkpoints/index.ts';
import { ClusterError, type ClusterConnection, type RequestOptions } from '../kubernetes/index.ts';
import type { Telemetry } from '../telemetry/index.ts';
import type { EnvironmentSession, Memory } from './environment-session.ts';
import { identityOf, objectKey, subjectOf } from './identity.ts';
import type { ApplyLedger, DesiredState } from './ports.ts';
import type { Failure } from './situation.ts';
import type {
  AppliedObject,
  ApplyWork,
  HookRun,
  ObjectAction,
  ObjectChange,
  ObjectIdentity,
} from './types.ts';
import type { Writer } from './write-object.ts';

const patientAttempts = 8;

/** What every step of a loop uses. */
export interface StepServices {
  cluster: ClusterConnection;
  ledger: ApplyLedger;
  desired: DesiredState;
  checkpoint: Checkpoint;
  telemetry: Telemetry;
  /** Monotonic, ms: the clock of leases and time-outs. */
  now(): number;
  /** Writes at once. */
  concurrency: number;
  /** No write lasts until later than this before the end of the lease. */
  leaseMarginMs: number;
}

/** One step under way: what it did so far, and whether it may go on. */
export interface Step {
  readonly work: ApplyWork;
  readonly session: EnvironmentSession;
  readonly memory: Memory;
  readonly services: StepServices;
  /** The lease is lost: requests under way are given up. */
  readonly signal: AbortSignal;
  /** The process stops: nothing new is begun. */
  readonly stopping: AbortSignal;
  readonly writer: Writer;
  readonly changes: ObjectChange[];
  readonly upserts: Map<string, AppliedObject>;
  readonly removed: Map<string, ObjectIdentity>;
  /** By the uid of the Job. */
  readonly hookRuns: Map<string, HookRun>;
  /** What the step before tried in vain: told once, not with every repetition. */
  readonly formerFailures: ReadonlyMap<string, Failure>;
  /** The failure of the cluster as a whole that ended the writing. */
  interruption: ClusterError | undefined;
}

export type StepSignals = Pick<Step, 'signal' | 'stopping'>;

export function beginStep(
  work: ApplyWork,
  session: EnvironmentSession,
  memory: Memory,
  services: StepServices,
  { signal, stopping }: StepSignals,
): Step {
  const { target, manager } = session;
  const limits = (): RequestOptions => ({
    deadline: work.leaseEndsAt - services.leaseMarginMs,
    signal,
  });
  const formerFailures = new Map(session.failures);
  session.failures.clear();
  return {
    work,
    session,
    memory,
    services,
    signal,
    stopping,
    writer: { cluster: services.cluster, target, manager, limits },
    changes: [],
    upserts: new Map(),
    removed: new Map(),
    hookRuns: new Map(),
    formerFailures,
    interruption: undefined,
  };
}

/** Whether further effects make sense. */
export function mayGoOn(step: Step): boolean {
  return step.interruption === undefined && !step.signal.aborted && !step.stopping.aborted;
}

/** A failure that concerns the cluster or the step, not one object: nothing further is tried now. */
export function interrupts(error: unknown): error is ClusterError {
  if (!(error instanceof ClusterError)) return false;
  // An internal error is mostly an admission webhook of one kind: the others go on.
  if (error.status === 500 && error.reason === 'InternalError') return false;
  return error.retryable || error.kind === 'aborted' || error.kind === 'unauthorized';
}

/** Takes an object into the inventory. */
export function recordApplied(step: Step, applied: AppliedObject): void {
  const key = objectKey(applied);
  const former = step.memory.inventory.get(key);
  // The version is part of the row's key, not of the object's: v1beta1 → v1 moves the row.
  if (former !== undefined && former.apiVersion !== applied.apiVersion) {
    step.removed.set(`${former.apiVersion} ${key}`, identityOf(former));
  }
  step.memory.inventory.set(key, applied);
  step.upserts.set(key, applied);
}

/** Takes an object out of the inventory. */
export function recordRemoved(step: Step, object: AppliedObject): void {
  const key = objectKey(object);
  step.memory.inventory.delete(key);
  step.upserts.delete(key);
  step.removed.set(`${object.apiVersion} ${key}`, identityOf(object));
}

/** Takes a hook run into the record as it stands now. */
export function recordHookRun(step: Step, run: HookRun): void {
  step.memory.hookRuns.set(run.jobUid, run);
  step.hookRuns.set(run.jobUid, run);
  step.session.unsavedRuns.add(run.jobUid);
  step.services.telemetry.count('apply_hooks', { state: run.state });
}

/** Adds an entry to the step's ChangeSet. */
export function recordChange(
  step: Step,
  object: ObjectIdentity & { stack: string; unit: string },
  action: ObjectAction,
  message?: string,
): void {
  const { stack, unit } = object;
  const detail = message === undefined ? {} : { message };
  step.changes.push({ subject: subjectOf(object), action, stack, unit, ...detail });
  step.services.telemetry.count('apply_objects', { action });
}

/** Notes that an object could not be written. What time alone may heal counts as failed after some attempts. */
export function recordFailure(
  step: Step,
  object: ObjectIdentity & { stack: string; unit: string },
  failure: Failure,
): void {
  const { code, message } = failure;
  const key = objectKey(object);
  const transient = failure.transient && step.work.attempts < patientAttempts;
  step.session.failures.set(key, { code, message, transient });
  if (step.formerFailures.get(key)?.message === message) return;
  recordChange(step, object, code === 'CK-APPLY-003' ? 'conflict' : 'failed', message);
}

/** Runs `effect` for each item, at most `concurrency` at once, until one ends the step. */
export async function forEachBounded<T>(
  step: Step,
  items: T[],
  effect: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const lanes = Math.min(step.services.concurrency, items.length);
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (const item of queue) {
        if (!mayGoOn(step)) return;
        await effect(item);
      }
    }),
  );
}
