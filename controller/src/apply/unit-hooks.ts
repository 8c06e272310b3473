import type { DesiredHook, DesiredStack, DesiredUnit } from './desired-stack.ts';
import { hookStanding, nameOf, type HookStanding } from './hook-standing.ts';
import type { Observation } from './observation.ts';
import type { Situation } from './situation.ts';

/** A hook that may be started now. */
export interface PlannedHook {
  hook: DesiredHook;
  /** Content hash of the revision it runs for. */
  revision: string;
  attempt: number;
  /** The Job that an earlier process created for this run and did not record. */
  adopt: Observation | undefined;
}

/** How far the hooks of a unit have come. */
export interface UnitHooks {
  /** The point in time whose hooks have not all ended; undefined: all that may run now are over. */
  outstanding: DesiredHook['plan']['on'] | undefined;
  start: PlannedHook | undefined;
  /** A Job of a former run whose name is needed. */
  makeRoom: Observation | undefined;
  /** What the unit waits for. */
  waitsFor: string | undefined;
  failure: { message: string; transient: boolean; refused: boolean } | undefined;
  /** Failures that are told and left. */
  warnings: string[];
  overdueAt: number | undefined;
}

/**
 * Walks through the hooks of a unit in the order in which they run: before its objects, once they
 * are sent, once they are healthy; one after the other, and none before the one ahead of it is over.
 */
export function unitHooks(
  situation: Situation,
  desired: DesiredStack,
  unit: DesiredUnit,
  objects: { areApplied: boolean; areHealthy: boolean },
): UnitHooks {
  const warnings: string[] = [];
  const nothing = {
    outstanding: undefined,
    start: undefined,
    makeRoom: undefined,
    waitsFor: undefined,
    failure: undefined,
    warnings,
    overdueAt: undefined,
  } satisfies UnitHooks;
  const points = [
    ['beforeApply', true],
    ['afterApply', objects.areApplied],
    ['afterHealthy', objects.areApplied && objects.areHealthy],
  ] as const;
  for (const [point, isReached] of points) {
    if (!isReached) return nothing;
    for (const hook of unit.hooks) {
      if (hook.plan.on !== point) continue;
      const standing = hookStanding(situation, desired, hook);
      if (standing.kind === 'done') {
        if (standing.warning !== undefined) warnings.push(standing.warning);
        continue;
      }
      return {
        ...nothing,
        outstanding: point,
        ...outstandingHook(situation, desired, hook, standing),
      };
    }
  }
  return nothing;
}

function outstandingHook(
  situation: Situation,
  desired: DesiredStack,
  hook: DesiredHook,
  standing: Exclude<HookStanding, { kind: 'done' }>,
): Partial<UnitHooks> {
  if (standing.kind === 'failed') {
    return { failure: { message: standing.message, transient: false, refused: false } };
  }
  if (standing.kind === 'running') {
    return { waitsFor: standing.reason, overdueAt: standing.overdueAt };
  }
  if (standing.kind === 'waits') {
    return { waitsFor: standing.reason, makeRoom: standing.makeRoom };
  }
  const waitsFor = nameOf(hook);
  const refused = situation.failures.get(hook.job.key);
  if (refused !== undefined) {
    const { message, transient } = refused;
    return { waitsFor, failure: { message: `${waitsFor}: ${message}`, transient, refused: true } };
  }
  const { attempt, adopt } = standing;
  return { waitsFor, start: { hook, revision: desired.contentHash, attempt, adopt } };
}
