import type { DesiredObject, DesiredStack, DesiredUnit } from './desired-stack.ts';
import { describeDrift, type Drift } from './drift.ts';
import { isCustomResourceDefinition, objectKey, subjectOf } from './identity.ts';
import { pruneSetOf, type PruneLimit } from './prune.ts';
import type {
  AppliedObject,
  EnvironmentCondition,
  EnvironmentTarget,
  ObjectHealth,
  StackState,
} from './types.ts';

/** How an applied object stands right now. */
export interface ObjectFact {
  health: ObjectHealth;
  message?: string;
  drift?: Drift;
}

/** Why an object could not be written. */
export interface Failure {
  message: string;
  /** Time alone may heal it (a namespace that is going away, a kind not served yet): the unit waits, it has not failed. */
  transient: boolean;
}

/** What a decision is made from: plain values, no clock and no cluster. */
export interface Situation {
  /** The stacks of the head that may be applied. */
  stacks: DesiredStack[];
  /** Keys wanted by stacks that may not be applied now (held): they are not pruned from others. */
  wantedElsewhere: ReadonlySet<string>;
  inventory: ReadonlyMap<string, AppliedObject>;
  factOf(key: string, object: AppliedObject): ObjectFact;
  /** What this step tried in vain: not tried again in the same step. */
  failures: ReadonlyMap<string, Failure>;
  /** Units whose roll-out this process started and has not seen end: `stack/unit`. */
  rollouts: ReadonlySet<string>;
  /** Since when units have not been current: `stack/unit` → ms. */
  unreadySince: ReadonlyMap<string, number>;
  /** Drifted objects whose correction waits, because somebody keeps changing them: key → until (ms). */
  patience: ReadonlyMap<string, number>;
  driftPolicy: EnvironmentTarget['driftPolicy'];
  pruneLimit: PruneLimit;
  /** On the clock of the other times, ms. */
  now: number;
}

export interface PlannedApply {
  object: DesiredObject;
  /** Set: this puts back what somebody changed; otherwise the revision wants these bytes. */
  drift?: Drift;
}

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

export type UnitPhase = 'current' | 'progressing' | 'failed';

interface UnitFacts {
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

/** Whether the units after this one may go on. */
function isSatisfied(situation: Situation, desired: DesiredStack, facts: UnitFacts): boolean {
  if (facts.pending.length > 0) return false;
  if (facts.phase === 'current') return true;
  if (facts.changed) return false;
  // Unchanged in this revision, but the roll-out of the revision before is still under way.
  const rollout = situation.rollouts.has(`${desired.stack}/${facts.unit.plan.name}`);
  return !(rollout && facts.phase === 'progressing');
}

function unitFacts(
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

interface Owners {
  /** Which stack owns each wanted object. */
  byKey: Map<string, string>;
  conditions: EnvironmentCondition[];
}

/** An object that two stacks want belongs to the one that applied it, else to the first by name; the other is told. */
function ownersOf(situation: Situation): Owners {
  const byKey = new Map<string, string>();
  const conditions: EnvironmentCondition[] = [];
  for (const desired of situation.stacks) {
    for (const [key, object] of desired.objects) {
      const other = byKey.get(key);
      if (other === undefined) {
        byKey.set(key, desired.stack);
        continue;
      }
      const holder = situation.inventory.get(key)?.stack;
      const owner = holder === desired.stack ? desired.stack : other;
      const loser = owner === other ? desired.stack : other;
      byKey.set(key, owner);
      const message = `${subjectOf(object)} belongs to stack '${owner}'; stack '${loser}' declares it too`;
      conditions.push({ type: 'conflict', stack: loser, message });
    }
  }
  return { byKey, conditions };
}

/** API groups whose CRDs are part of a revision and not served yet: their objects wait, others do not. */
function unestablishedGroups(situation: Situation): Set<string> {
  const groups = new Set<string>();
  for (const desired of situation.stacks) {
    for (const [key, object] of desired.objects) {
      if (!isCustomResourceDefinition(object)) continue;
      const applied = situation.inventory.get(key);
      const ready =
        applied?.payloadHash === object.payloadHash &&
        situation.factOf(key, applied).health === 'current';
      // The name of a CRD is `<plural>.<group>`.
      if (!ready) groups.add(object.name.slice(object.name.indexOf('.') + 1));
    }
  }
  return groups;
}

function groupOfVersion(object: DesiredObject): string {
  return object.apiVersion.split('/', 1)[0] ?? '';
}
