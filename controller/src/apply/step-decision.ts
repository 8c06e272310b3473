import type { DesiredObject, DesiredStack } from './desired-stack.ts';
import { describeDrift } from './drift.ts';
import { endedRuns, leftoverJobs, releasedRuns, type EndedRun } from './hook-jobs.ts';
import { isCustomResourceDefinition, objectKey, subjectOf } from './identity.ts';
import type { Observation } from './observation.ts';
import { ownersOf, unestablishedGroups, type Owners } from './ownership.ts';
import { pruneSetOf } from './prune.ts';
import type { PlannedApply, Situation } from './situation.ts';
import type { AppliedObject, EnvironmentCondition, StackState, HookRun } from './types.ts';
import { isSatisfied, unitFacts, type UnitFacts, type UnitPhase } from './unit-facts.ts';
import type { PlannedHook, UnitHooks } from './unit-hooks.ts';

/** What the next effects are, and how things stand if there are none. */
export interface Decision {
  apply: PlannedApply[];
  /** In the order of deletion. */
  prune: AppliedObject[];
  hooks: HookEffects;
  stacks: StackState[];
  conditions: EnvironmentCondition[];
  /** Units that have to wait: `stack/unit` → the units it waits for. */
  waiting: Map<string, string[]>;
  /** `stack/unit` → how the unit stands. */
  units: Map<string, UnitPhase>;
  /** When something ends by time alone (ms on the same clock): a readiness time-out, a correction that may be tried again. */
  deadline?: number;
}

/** What is to be done about hooks. */
export interface HookEffects {
  start: PlannedHook[];
  /** Ends that are to be recorded. */
  ended: EndedRun[];
  /** Failures that no longer count, to be recorded. */
  released: HookRun[];
  /** Jobs that are to be deleted. */
  remove: Observation[];
}

/** Whether a decision asks for any effect. */
export function hasEffects({ apply, prune, hooks }: Decision): boolean {
  const { start, ended, released, remove } = hooks;
  return [apply, prune, start, ended, released, remove].some(({ length }) => length > 0);
}

/**
 * Decides the next effects of an environment. Level-triggered: called again after each effect, with
 * what is known then. Every ready unit of the graph is applied at once; an edge gates only on units
 * that this revision changed (an unchanged unit counts as satisfied, however ill it is), and no
 * unit ever waits for itself, so a fix always gets through (design §5).
 */
export function decide(situation: Situation): Decision {
  const owners = ownersOf(situation);
  const decision: Decision = {
    apply: [],
    prune: [],
    hooks: {
      start: [],
      ended: endedRuns(situation),
      released: releasedRuns(situation),
      remove: leftoverJobs(situation),
    },
    stacks: [],
    conditions: [...owners.conditions],
    waiting: new Map(),
    units: new Map(),
  };
  const units = new Map(
    situation.stacks.map((desired) => [
      desired.stack,
      new Map(
        desired.units.map((unit) => [unit.plan.name, unitFacts(situation, desired, unit, owners)]),
      ),
    ]),
  );
  const unready = unestablishedGroups(situation);
  for (const desired of situation.stacks) {
    decideStack(
      situation,
      desired,
      units.get(desired.stack) ?? new Map(),
      unready,
      owners,
      decision,
    );
  }
  return decision;
}

function decideStack(
  situation: Situation,
  desired: DesiredStack,
  units: Map<string, UnitFacts>,
  unreadyGroups: ReadonlySet<string>,
  owners: Owners,
  decision: Decision,
): void {
  const { stack } = desired;
  for (const facts of units.values()) {
    decision.apply.push(...facts.drifted);
    decision.units.set(`${stack}/${facts.unit.plan.name}`, facts.phase);
    noteDeadline(decision, facts.readyBy);
    noteDeadline(decision, facts.hooks.overdueAt);
    const { outstanding } = facts.hooks;
    if (facts.pending.length === 0 && outstanding === undefined) continue;
    const gates = [...(desired.graph.before.get(facts.unit.plan.name) ?? [])].filter((name) => {
      const before = units.get(name);
      return before !== undefined && !isSatisfied(situation, desired, before);
    });
    const isHeld = gates.length > 0 || outstanding === 'beforeApply';
    const ready = isHeld ? [] : facts.pending.filter((object) => isReady(object));
    decision.apply.push(...ready.map((object) => ({ object })));
    if (gates.length > 0) decision.waiting.set(`${stack}/${facts.unit.plan.name}`, gates);
    else if (outstanding !== undefined) decideHooks(facts.unit.plan.name, facts.hooks);
    else if (ready.length < facts.pending.length && unreadyGroups.size > 0) {
      decision.waiting.set(`${stack}/${facts.unit.plan.name}`, ['CustomResourceDefinition']);
    }
  }

  function decideHooks(unit: string, { start, makeRoom, waitsFor }: UnitHooks): void {
    if (start !== undefined) decision.hooks.start.push(start);
    if (makeRoom !== undefined && !situation.hooks.unsaved.has(makeRoom.uid)) {
      decision.hooks.remove.push(makeRoom);
    }
    if (waitsFor !== undefined) decision.waiting.set(`${stack}/${unit}`, [waitsFor]);
  }

  function isReady(object: DesiredObject): boolean {
    if (situation.failures.has(object.key)) return false;
    return isCustomResourceDefinition(object) || !unreadyGroups.has(groupOfVersion(object));
  }

  const pruneSet = pruneSetOf(
    desired,
    situation.inventory,
    (key) => owners.byKey.has(key) || situation.wantedElsewhere.has(key),
    situation.pruneLimit,
  );
  decision.conditions.push(...pruneSet.conditions);
  const all = [...units.values()];
  const applied = all.every(
    ({ pending, hooks }) => pending.length === 0 && hooks.outstanding !== 'beforeApply',
  );
  const settled = applied && all.every((facts) => isSatisfied(situation, desired, facts));
  const outstanding = pruneSet.allowed.filter((object) => {
    if (situation.failures.has(objectKey(object))) return false;
    const when = units.get(object.unit)?.unit.plan.prune ?? 'afterHealthy';
    return when === 'before' || (when === 'afterApply' ? applied : settled);
  });
  decision.prune.push(...outstanding);
  noteDrift(situation, stack, all, decision);
  decision.stacks.push(stackState(situation, desired, all, decision));
}

function stackState(
  situation: Situation,
  desired: DesiredStack,
  units: UnitFacts[],
  decision: Decision,
): StackState {
  const { stack, contentHash } = desired;
  const failed = units.filter((facts) => facts.phase === 'failed');
  for (const facts of units) noteHookFailures(desired, facts, decision);
  for (const facts of units) {
    const refused = facts.unit.objects.some((object) => situation.failures.has(object.key));
    if (!refused && facts.phase !== 'failed') continue;
    decision.conditions.push({
      type: refused ? 'apply-failed' : 'unit-failed',
      stack,
      message: `${facts.unit.plan.name}: ${facts.message}`,
    });
  }
  const broken = units.find(({ hooks }) => hooks.failure?.transient === false)?.hooks.failure;
  const message = failed[0] === undefined ? broken?.message : (failed[0].message ?? 'failed');
  if (message !== undefined) return { stack, contentHash, state: 'failed', message };
  const pending = units.reduce((sum, facts) => sum + facts.pending.length, 0);
  const isOutstanding = units.some(({ hooks }) => hooks.outstanding !== undefined);
  if (pending > 0 || isOutstanding) {
    const waiting = [...decision.waiting].filter(([unit]) => unit.startsWith(`${stack}/`));
    const reasons = [
      ...(pending > 0 ? [`${pending} of ${desired.objects.size} objects are not applied yet`] : []),
      ...waiting.map(
        ([unit, gates]) => `${unit.slice(stack.length + 1)} waits for ${gates.join(', ')}`,
      ),
      ...units.flatMap(({ message: reason, hooks }) => reason ?? hooks.failure?.message ?? []),
    ];
    return { stack, contentHash, state: 'waiting', message: reasons.join('; ') };
  }
  const slow = units.find((facts) => facts.phase !== 'current');
  if (slow === undefined) return { stack, contentHash, state: 'healthy' };
  return {
    stack,
    contentHash,
    state: 'applied',
    ...(slow.message === undefined ? {} : { message: slow.message }),
  };
}

/** Conditions that name unit, hook and reason. */
function noteHookFailures(desired: DesiredStack, { unit, hooks }: UnitFacts, decision: Decision) {
  const { failure, warnings } = hooks;
  const messages = [...(failure === undefined ? [] : [failure.message]), ...warnings];
  for (const text of messages) {
    const message = `${unit.plan.name}: ${text}`;
    decision.conditions.push({ type: 'hook-failed', stack: desired.stack, message });
  }
}

function noteDrift(
  situation: Situation,
  stack: string,
  units: UnitFacts[],
  decision: Decision,
): void {
  const told = units.flatMap((facts) => facts.told);
  if (told.length === 0) return;
  const message = told
    .map(({ object, drift }) => `${subjectOf(object)} ${describeDrift(drift)}`)
    .join('; ');
  decision.conditions.push({ type: 'drift', stack, message });
  if (situation.driftPolicy === 'report') return;
  for (const { object } of told) noteDeadline(decision, situation.patience.get(object.key));
}

function noteDeadline(decision: Decision, at: number | undefined): void {
  if (at === undefined) return;
  decision.deadline = Math.min(decision.deadline ?? at, at);
}

function groupOfVersion(object: DesiredObject): string {
  return object.apiVersion.split('/', 1)[0] ?? '';
}
