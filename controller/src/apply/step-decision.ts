import type { DesiredObject, DesiredStack } from './desired-stack.ts';
import { describeDrift } from './drift.ts';
import { isCustomResourceDefinition, objectKey, subjectOf } from './identity.ts';
import { ownersOf, unestablishedGroups, type Owners } from './ownership.ts';
import { pruneSetOf } from './prune.ts';
import type { PlannedApply, Situation } from './situation.ts';
import type { AppliedObject, EnvironmentCondition, StackState } from './types.ts';
import { isSatisfied, unitFacts, type UnitFacts, type UnitPhase } from './unit-facts.ts';

/** What the next effects are, and how things stand if there are none. */
export interface Decision {
  apply: PlannedApply[];
  /** In the order of deletion. */
  prune: AppliedObject[];
  stacks: StackState[];
  conditions: EnvironmentCondition[];
  /** Units that have to wait: `stack/unit` → the units it waits for. */
  waiting: Map<string, string[]>;
  /** `stack/unit` → how the unit stands. */
  units: Map<string, UnitPhase>;
  /** When something ends by time alone (ms on the same clock): a readiness time-out, a correction that may be tried again. */
  deadline?: number;
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
    if (facts.pending.length === 0) continue;
    const gates = [...(desired.graph.before.get(facts.unit.plan.name) ?? [])].filter((name) => {
      const before = units.get(name);
      return before !== undefined && !isSatisfied(situation, desired, before);
    });
    const ready = gates.length > 0 ? [] : facts.pending.filter((object) => isReady(object));
    decision.apply.push(...ready.map((object) => ({ object })));
    if (gates.length > 0) decision.waiting.set(`${stack}/${facts.unit.plan.name}`, gates);
    else if (ready.length < facts.pending.length && unreadyGroups.size > 0) {
      decision.waiting.set(`${stack}/${facts.unit.plan.name}`, ['CustomResourceDefinition']);
    }
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
  const applied = all.every((facts) => facts.pending.length === 0);
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
  for (const facts of units) {
    const refused = facts.unit.objects.some((object) => situation.failures.has(object.key));
    if (!refused && facts.phase !== 'failed') continue;
    decision.conditions.push({
      type: refused ? 'apply-failed' : 'unit-failed',
      stack,
      message: `${facts.unit.plan.name}: ${facts.message}`,
    });
  }
  const first = failed[0];
  if (first) {
    return { stack, contentHash, state: 'failed', message: first.message ?? 'failed' };
  }
  const pending = units.reduce((sum, facts) => sum + facts.pending.length, 0);
  if (pending > 0) {
    const waiting = [...decision.waiting].filter(([unit]) => unit.startsWith(`${stack}/`));
    const message = [
      `${pending} of ${desired.objects.size} objects are not applied yet`,
      ...waiting.map(
        ([unit, gates]) => `${unit.slice(stack.length + 1)} waits for ${gates.join(', ')}`,
      ),
      ...units.flatMap(({ message: reason }) => reason ?? []),
    ].join('; ');
    return { stack, contentHash, state: 'waiting', message };
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
