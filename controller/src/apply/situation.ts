import type { ApplyErrorCode } from './codes.ts';
import type { DesiredObject, DesiredStack } from './desired-stack.ts';
import type { Drift, Sight } from './drift.ts';
import type { Observation } from './observation.ts';
import type { PruneLimit } from './prune.ts';
import type {
  AppliedObject,
  EnvironmentTarget,
  HookRun,
  ObjectHealth,
  ObjectIdentity,
} from './types.ts';

/** How an applied object stands right now. */
export interface ObjectFact {
  health: ObjectHealth;
  message?: string;
  drift?: Drift;
}

/** Why an object could not be written. */
export interface Failure {
  code: ApplyErrorCode;
  message: string;
  /** Time alone may heal it (a namespace that is going away, a kind not served yet): the unit waits, it has not failed. */
  transient: boolean;
}

/** What is recorded and seen of hooks. */
export interface HookSituation {
  /** Undefined while it is not known which cluster this is: no hook is started before. */
  clusterUid: string | undefined;
  /** Every recorded run, in the order in which they were started. */
  runs: readonly HookRun[];
  /** Runs (by the uid of their Job) whose row is not stored yet: their Jobs are not deleted before. */
  unsaved: ReadonlySet<string>;
  /** How a Job is seen. */
  sightOf(job: ObjectIdentity & { key: string }): Sight;
  /** Every Job of a hook that is seen in the environment. */
  jobs: readonly Observation[];
  /** Since when runs are under way for this process: uid of the Job → ms. */
  runningSince: ReadonlyMap<string, number>;
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
  hooks: HookSituation;
  /** On the clock of the other times, ms. */
  now: number;
}

export interface PlannedApply {
  object: DesiredObject;
  /** Set: this puts back what somebody changed; otherwise the revision wants these bytes. */
  drift?: Drift;
}
