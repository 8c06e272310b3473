import type { ErrorData } from '../errors/index.ts';
import { applyErrors } from './codes.ts';
import { factOf, type EnvironmentSession, type Memory } from './environment-session.ts';
import type { DesiredReading } from './read-desired.ts';
import { recordApplied, type Step } from './step.ts';
import type { Decision } from './step-decision.ts';
import type {
  ApplyOutcome,
  ApplyReport,
  EnvironmentCondition,
  EnvironmentHealth,
  StackState,
} from './types.ts';

/** What the step leaves behind: how it ends, and what is recorded with it. */
export interface Conclusion {
  outcome: ApplyOutcome;
  report: ApplyReport;
}

/** The topic a step parks on until something that is watched changes. */
export function healthTopic(environmentId: string): string {
  return `health:${environmentId}`;
}

/** Turns what the step did and how things stand into a report and an outcome. */
export function conclude(
  step: Step,
  reading: DesiredReading,
  decision: Decision | undefined,
): Conclusion {
  noteHealth(step);
  const conditions = [...reading.conditions, ...(decision?.conditions ?? [])];
  const { interruption } = step;
  // A server that asks to slow down is reachable.
  if (interruption !== undefined && !['aborted', 'throttled'].includes(interruption.kind)) {
    conditions.push({ type: 'cluster-unreachable', message: interruption.message });
  }
  const stacks = [...(decision?.stacks ?? []), ...reading.blocked].toSorted((one, other) =>
    one.stack < other.stack ? -1 : 1,
  );
  const health = environmentHealth(step.session, step.memory, decision?.stacks ?? [], conditions);
  const commit = actedUpon(step, reading);
  return {
    outcome: outcomeOf(step, decision, health),
    report: {
      ...(commit === undefined ? {} : { commit }),
      changes: step.changes,
      upserts: [...step.upserts.values()],
      removed: [...step.removed.values()],
      hookRuns: [...step.hookRuns.values()],
      stacks,
      conditions,
      health,
    },
  };
}

/** Takes what is seen of the objects' health into the inventory. */
function noteHealth(step: Step): void {
  for (const [key, applied] of step.memory.inventory) {
    const { health, message } = factOf(step.session, key, applied);
    const sameText = message === applied.message || step.upserts.size === 0;
    if (health === applied.health && sameText) continue;
    const { message: _former, ...row } = applied;
    recordApplied(step, { ...row, health, ...(message === undefined ? {} : { message }) });
  }
}

/**
 * The head counts as applied when nothing of it is left alone, or when this step changed something
 * for it. A head that was only looked at (edited by hand, not approved) leaves the mark where it
 * is, so that undoing the edit is not taken for a rewind.
 */
function actedUpon(step: Step, reading: DesiredReading): string | undefined {
  if (reading.stopped || reading.commit === undefined) return undefined;
  const isWhole = reading.blocked.length === 0 && reading.conditions.length === 0;
  const changed = step.changes.some(({ action }) => action !== 'failed' && action !== 'corrected');
  if (isWhole || changed) return reading.commit;
  return step.memory.lastAppliedCommit === reading.commit ? reading.commit : undefined;
}

/** The worst of what is known of the objects; what is wrong with the desired state is told by conditions. */
export function environmentHealth(
  session: EnvironmentSession,
  memory: Memory,
  stacks: StackState[],
  conditions: EnvironmentCondition[],
): EnvironmentHealth {
  if (conditions.some(({ type }) => type === 'cluster-unreachable')) return 'unknown';
  if (stacks.some(({ state }) => state === 'failed')) return 'degraded';
  let health: EnvironmentHealth = memory.inventory.size === 0 ? 'unknown' : 'healthy';
  for (const [key, applied] of memory.inventory) {
    const fact = factOf(session, key, applied);
    if (fact.health === 'failed') return 'degraded';
    if (fact.health !== 'current') health = 'progressing';
  }
  if (stacks.some(({ state }) => state === 'waiting')) return 'progressing';
  if (health === 'unknown' && stacks.some(({ state }) => state === 'healthy')) return 'healthy';
  return health;
}

function outcomeOf(
  step: Step,
  decision: Decision | undefined,
  health: EnvironmentHealth,
): ApplyOutcome {
  const { interruption, session } = step;
  if (step.stopping.aborted || step.signal.aborted) {
    return { kind: 'retry', error: errorOf('CK-APPLY-006', 'stopped'), afterMs: 0 };
  }
  if (interruption !== undefined) {
    const { retryAfterMs } = interruption;
    return {
      kind: 'retry',
      error: errorOf('CK-APPLY-002', interruption.message),
      ...(retryAfterMs === undefined ? {} : { afterMs: retryAfterMs }),
    };
  }
  const failures = [...session.failures.values()];
  const [failure] = failures;
  if (failure !== undefined) {
    const error = errorOf(failure.code, failure.message);
    const soon = failures.every(({ transient }) => transient);
    return { kind: 'retry', error, ...(soon ? { afterMs: 200 * 2 ** step.work.attempts } : {}) };
  }
  if (decision === undefined) return { kind: 'done' };
  const settled = health === 'healthy' && decision.waiting.size === 0;
  if (settled && decision.deadline === undefined) return { kind: 'done' };
  const wakeOn = [healthTopic(session.target.id)];
  if (decision.deadline === undefined) return { kind: 'park', wakeOn };
  const deadlineMs = Math.max(1, Math.ceil(decision.deadline - step.services.now()));
  return { kind: 'park', wakeOn, deadlineMs };
}

function errorOf(code: keyof typeof applyErrors, message: string): ErrorData {
  return { code, message, hint: applyErrors[code].hint };
}

/** What would make a further step do or report something else: compared to know whether one is due. */
export function digestOf(decision: Decision | undefined, health: EnvironmentHealth): string {
  if (decision === undefined) return health;
  return JSON.stringify([
    health,
    decision.apply.map(({ object, drift }) => [object.key, object.payloadHash, drift?.kind]),
    decision.prune.map(({ uid }) => uid),
    decision.hooks.start.map(({ hook, revision }) => [hook.job.key, revision]),
    decision.hooks.ended.map(({ jobUid }) => jobUid),
    decision.hooks.released.map(({ jobUid }) => jobUid),
    decision.hooks.remove.map(({ uid }) => uid),
    decision.stacks.map(({ stack, contentHash, state }) => [stack, contentHash, state]),
    decision.conditions.map(({ type, stack, message }) => [
      type,
      stack,
      type === 'drift' ? message : '',
    ]),
    [...decision.waiting],
  ]);
}
