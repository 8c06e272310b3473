import type { DesiredStack } from './desired-stack.ts';
import { driftOf } from './drift.ts';
import {
  createEnvironmentView,
  type EnvironmentView,
  type EnvironmentViewOptions,
} from './environment-view.ts';
import { fieldManagerOf, objectKey } from './identity.ts';
import { orphansOf } from './orphans.ts';
import type { ApplyLedger } from './ports.ts';
import { defaultPruneLimit } from './prune.ts';
import type { DesiredReading } from './read-desired.ts';
import { hookSituation, noteRunning } from './hook-session.ts';
import type { Failure, ObjectFact, Situation } from './situation.ts';
import { decide, type Decision } from './step-decision.ts';
import type { AppliedObject, EnvironmentTarget, HookRun } from './types.ts';

/** What was recorded, as this process remembers it between steps. */
export interface Memory {
  inventoryRevision: number;
  lastAppliedCommit: string | undefined;
  inventory: Map<string, AppliedObject>;
  /** By the uid of the Job, in the order in which they were started. */
  hookRuns: Map<string, HookRun>;
}

/** How often an object was put back lately, to be patient with somebody who insists. */
interface Corrections {
  count: number;
  at: number;
}

/**
 * One environment in this process: what was recorded, what is desired, what is seen. Everything in
 * it can be made again, so it is dropped whenever it may disagree with the ledger.
 */
export interface EnvironmentSession {
  target: EnvironmentTarget;
  readonly manager: string;
  readonly view: EnvironmentView;
  memory: Memory | undefined;
  /** The last reading of the desired state. */
  reading: DesiredReading | undefined;
  /** Revisions of stacks that were read and joined: stack → revision. */
  readonly revisions: Map<string, DesiredStack>;
  /** Contents known to be recorded and approved: stack → content hash. */
  readonly approved: Map<string, string>;
  /** What the last step tried in vain, by key. */
  readonly failures: Map<string, Failure>;
  readonly rollouts: Set<string>;
  readonly unreadySince: Map<string, number>;
  readonly corrections: Map<string, Corrections>;
  /** Uid of the cluster, once it is known. */
  clusterUid: string | undefined;
  /** What the mirrors of hook runs in the cluster hold: stack → text. */
  readonly mirrors: Map<string, string>;
  /** Hook runs that the record does not hold as they stand, by the uid of their Job. */
  readonly unsavedRuns: Set<string>;
  /** Since when hook runs are under way for this process, by the uid of their Job. */
  readonly runningSince: Map<string, number>;
  /** Whether what the record may have missed in a crash was looked for. */
  swept: boolean;
  readonly prunedUids: Set<string>;
  /** Namespaces this process made sure of. */
  readonly namespaces: Set<string>;
  /** Whether something was seen since the last decision. */
  isStale: boolean;
  /** The last report, without what changes in each: a step that would only repeat it writes nothing. */
  lastReport: string | undefined;
}

export interface SessionOptions extends Pick<
  EnvironmentViewOptions,
  'cluster' | 'onChange' | 'onConnected' | 'onDisconnected'
> {
  target: EnvironmentTarget;
}

/** Begins a session; it knows nothing yet and watches nothing. */
export function createSession(options: SessionOptions): EnvironmentSession {
  const { target } = options;
  const manager = fieldManagerOf(target.id);
  const labelSelector = `codex-k8s.dev/project=${target.project},codex-k8s.dev/environment=${target.name}`;
  return {
    target,
    manager,
    view: createEnvironmentView({ ...options, labelSelector, manager }),
    memory: undefined,
    reading: undefined,
    revisions: new Map(),
    approved: new Map(),
    failures: new Map(),
    rollouts: new Set(),
    unreadySince: new Map(),
    corrections: new Map(),
    clusterUid: undefined,
    mirrors: new Map(),
    unsavedRuns: new Set(),
    runningSince: new Map(),
    swept: false,
    prunedUids: new Set(),
    namespaces: new Set(),
    isStale: false,
    lastReport: undefined,
  };
}

/** Makes sure that the session remembers what the ledger holds at `inventoryRevision`. */
export async function remember(
  session: EnvironmentSession,
  ledger: ApplyLedger,
  inventoryRevision: number | undefined,
): Promise<Memory> {
  if (session.memory && session.memory.inventoryRevision === inventoryRevision) {
    return session.memory;
  }
  const recorded = await ledger.loadEnvironment(session.target.id);
  session.memory = {
    inventoryRevision: recorded.inventoryRevision,
    lastAppliedCommit: recorded.lastAppliedCommit,
    inventory: new Map(recorded.objects.map((object) => [objectKey(object), object])),
    hookRuns: new Map(recorded.hookRuns.map((run) => [run.jobUid, run])),
  };
  session.lastReport = undefined;
  session.swept = false;
  session.unsavedRuns.clear();
  session.mirrors.clear();
  session.view.follow(recorded.objects);
  return session.memory;
}

/** How an applied object stands, by what is seen of it, else by what was recorded. */
export function factOf(
  session: EnvironmentSession,
  key: string,
  applied: AppliedObject,
): ObjectFact {
  const sight = session.view.sight(key, applied);
  const drift = driftOf(applied, sight);
  const noted = drift === undefined ? {} : { drift };
  if (sight === 'unseen' || (sight === 'absent' && drift === undefined)) {
    const { health, message } = applied;
    return { health, ...(message === undefined ? {} : { message }) };
  }
  if (sight === 'absent') return { health: 'progressing', message: 'is gone', ...noted };
  const { health, message } = sight;
  return { health, ...(message === undefined ? {} : { message }), ...noted };
}

/** What the record missed, once everything is seen and applied; looked for once, and again after the record was loaded anew. */
export function unrecorded(
  session: EnvironmentSession,
  memory: Memory,
  reading: DesiredReading,
): AppliedObject[] {
  const { view, prunedUids } = session;
  if (session.swept || !view.isComplete()) return [];
  return orphansOf(view.observations(), memory.inventory, reading.stacks, prunedUids);
}

/** The session as a value to decide from. */
export function situationOf(
  session: EnvironmentSession,
  memory: Memory,
  reading: DesiredReading,
  now: number,
): Situation {
  return {
    stacks: reading.stacks,
    wantedElsewhere: reading.wantedElsewhere,
    inventory: memory.inventory,
    factOf: (key, applied) => factOf(session, key, applied),
    failures: session.failures,
    rollouts: session.rollouts,
    unreadySince: session.unreadySince,
    patience: patienceOf(session, now),
    driftPolicy: session.target.driftPolicy,
    pruneLimit: session.target.pruneLimit ?? defaultPruneLimit,
    hooks: hookSituation(session, memory),
    now,
  };
}

/** Decides, and notes since when units have not been current. */
export function decideFor(
  session: EnvironmentSession,
  memory: Memory,
  reading: DesiredReading,
  now: number,
): Decision {
  session.isStale = false;
  noteRunning(session, memory, now);
  const decision = decide(situationOf(session, memory, reading, now));
  for (const [unit, phase] of decision.units) {
    if (phase !== 'progressing') session.rollouts.delete(unit);
    if (phase === 'current') session.unreadySince.delete(unit);
    else if (!session.unreadySince.has(unit)) session.unreadySince.set(unit, now);
  }
  const troubles = session.view.troubles();
  if (troubles.length > 0) {
    decision.conditions.push({ type: 'unwatched', message: troubles.join('; ') });
  }
  return decision;
}

const quietMs = 60_000;
const freeCorrections = 5;
const longestPatienceMs = 60_000;

/** Notes that an object was put back. */
export function noteCorrection(session: EnvironmentSession, key: string, now: number): void {
  const former = session.corrections.get(key);
  const count = former !== undefined && now - former.at < quietMs ? former.count + 1 : 1;
  session.corrections.set(key, { count, at: now });
}

/** Until when to leave an object to whoever keeps changing it: the first corrections are immediate, then pauses double. */
function patienceOf(session: EnvironmentSession, now: number): Map<string, number> {
  const patience = new Map<string, number>();
  for (const [key, { count, at }] of session.corrections) {
    if (count <= freeCorrections) {
      if (now - at > quietMs) session.corrections.delete(key);
      continue;
    }
    const pause = Math.min(250 * 2 ** (count - freeCorrections), longestPatienceMs);
    if (at + pause > now) patience.set(key, at + pause);
    else if (now - at > quietMs + pause) session.corrections.delete(key);
  }
  return patience;
}
