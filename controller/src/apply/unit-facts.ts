import type { DesiredObject, DesiredStack, DesiredUnit } from './desired-stack.ts';
import type { Drift } from './drift.ts';
import { subjectOf } from './identity.ts';
import type { Owners } from './ownership.ts';
import { unitHooks, type UnitHooks } from './unit-hooks.ts';
import type { ObjectFact, PlannedApply, Situation } from './situation.ts';

export type UnitPhase = 'current' | 'progressing' | 'failed';

/** How one unit of a revision stands. */
export interface UnitFacts {
  unit: DesiredUnit;
  /** Objects whose bytes differ from what was applied. */
  pending: DesiredObject[];
  drifted: PlannedApply[];
  /** Drift that is not put back now, only told. */
  told: { object: DesiredObject; drift: Drift }[];
  /** Whether this revision changed the unit. */
  changed: boolean;
  phase: UnitPhase;
  message: string | undefined;
  readyBy: number | undefined;
  hooks: UnitHooks;
}

/** Whether the units after this one may go on. */
export function isSatisfied(
  situation: Situation,
  desired: DesiredStack,
  facts: UnitFacts,
): boolean {
  if (facts.pending.length > 0 || facts.hooks.outstanding !== undefined) return false;
  if (facts.phase === 'current') return true;
  if (facts.changed) return false;
  // Unchanged in this revision, but the roll-out of the revision before is still under way.
  const rollout = situation.rollouts.has(`${desired.stack}/${facts.unit.plan.name}`);
  return !(rollout && facts.phase === 'progressing');
}

/** Judges one unit by its objects. */
export function unitFacts(
  situation: Situation,
  desired: DesiredStack,
  unit: DesiredUnit,
  owners: Owners,
): UnitFacts {
  const pending: DesiredObject[] = [];
  const drifted: PlannedApply[] = [];
  const told: UnitFacts['told'] = [];
  let changed = false;
  const standing: { phase: UnitPhase; message: string | undefined } = {
    phase: 'current',
    message: undefined,
  };
  const worsen = (phase: UnitPhase, message: string) => {
    if (standing.phase === 'failed' || standing.phase === phase) return;
    Object.assign(standing, { phase, message });
  };
  for (const object of unit.objects) {
    if (owners.byKey.get(object.key) !== desired.stack) continue;
    const applied = situation.inventory.get(object.key);
    const failure = situation.failures.get(object.key);
    if (failure !== undefined) {
      worsen(failure.transient ? 'progressing' : 'failed', failure.message);
    }
    if (applied === undefined || applied.payloadHash !== object.payloadHash) {
      pending.push(object);
      changed = true;
      continue;
    }
    if (applied.revision === desired.contentHash) changed = true;
    const fact = situation.factOf(object.key, applied);
    if (fact.health === 'failed') worsen('failed', aboutObject(object, fact));
    else if (fact.health !== 'current') worsen('progressing', aboutObject(object, fact));
    if (fact.drift === undefined) continue;
    const waits = (situation.patience.get(object.key) ?? 0) > situation.now;
    const mayCorrect = situation.driftPolicy === 'correct' && failure === undefined && !waits;
    (mayCorrect ? drifted : told).push({ object, drift: fact.drift });
  }
  const readyBy = readinessDeadline(situation, desired, unit);
  const late =
    standing.phase === 'progressing' && readyBy !== undefined && readyBy <= situation.now;
  if (late) {
    const seconds = unit.plan.readiness.timeoutSeconds;
    worsen('failed', `${standing.message} (not ready within ${seconds} s)`);
  }
  return {
    unit,
    pending,
    drifted,
    told,
    changed,
    ...standing,
    readyBy: standing.phase === 'progressing' ? readyBy : undefined,
    hooks: unitHooks(situation, desired, unit, {
      areApplied: pending.length === 0,
      areHealthy: standing.phase === 'current',
    }),
  };
}

function readinessDeadline(
  situation: Situation,
  desired: DesiredStack,
  unit: DesiredUnit,
): number | undefined {
  const since = situation.unreadySince.get(`${desired.stack}/${unit.plan.name}`);
  return since === undefined ? undefined : since + unit.plan.readiness.timeoutSeconds * 1000;
}

function aboutObject(object: DesiredObject, fact: ObjectFact): string {
  return `${subjectOf(object)}: ${fact.message ?? fact.health}`;
}
