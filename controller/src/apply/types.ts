import type { ErrorData } from '../errors/index.ts';

/** Names one object of a cluster. `namespace` is absent for cluster-scoped kinds. */
export interface ObjectIdentity {
  apiVersion: string;
  kind: string;
  namespace?: string;
  name: string;
}

/** How an object stands, after kstatus, on the generation our own write returned (design §5). */
export type ObjectHealth = 'current' | 'progressing' | 'failed' | 'terminating' | 'unknown';

/** One row of an environment's inventory: an object this environment applied and therefore owns. */
export interface AppliedObject extends ObjectIdentity {
  stack: string;
  unit: string;
  /** Path inside the stack directory. */
  file: string;
  /** Git blob id of the bytes that were sent. */
  payloadHash: string;
  /** Content hash of the stack revision that last changed this object's payload: tells, after a restart too, which units a revision changed. */
  revision: string;
  uid: string;
  resourceVersion: string;
  /** Hash of the fields our field manager owned after our last write; drift is a different one. */
  ownedFieldsHash: string;
  health: ObjectHealth;
  message?: string;
}

export type HookRunState = 'running' | 'succeeded' | 'failed';

/**
 * One run of a hook or migration: a Job that was created for it. The record outlives the Job: what
 * succeeded for its key never runs again (design §5).
 */
export interface HookRun {
  stack: string;
  unit: string;
  /** Name of the hook, unique in its unit. */
  hook: string;
  type: 'hook' | 'migration';
  run: 'once-per-content' | 'once-per-revision';
  /** sha256 (hex) of what ran. */
  key: string;
  /** Content hash of the stack revision it ran for. */
  revision: string;
  /** Uid of the cluster it ran in (of its namespace `kube-system`): another cluster has other data. */
  clusterUid: string;
  namespace: string;
  job: string;
  jobUid: string;
  /** 1 for the first run of this key in this cluster; a newer revision tries what failed again. */
  attempt: number;
  state: HookRunState;
  /** Pods that failed: the plan's `retries` allow for some. */
  failedPods: number;
  deletePolicy: 'beforeNextRun' | 'afterSuccess' | 'never';
  /** A person asked for another run of what failed: the failure no longer counts. */
  released?: boolean;
  /** RFC 3339, by the clock of the cluster. */
  startedAt: string;
  finishedAt?: string;
  /** Why it failed. */
  message?: string;
  /** The last lines its pod left as termination message; absent where the cluster keeps none. */
  log?: string;
}

/** The binding of one environment, from Postgres: the trust root (design §8). */
export interface EnvironmentTarget {
  /** Immutable; the field manager is `codex-k8s-<id>`. */
  id: string;
  projectId: string;
  /** Slug: the value of the label `codex-k8s.dev/project`. */
  project: string;
  /** The value of the label `codex-k8s.dev/environment`. */
  name: string;
  cluster: string;
  branch: string;
  namespace: string;
  /** Namespaces this environment claimed; objects elsewhere are refused. */
  namespaces: string[];
  /** `name` (in `namespace`) or `namespace/name`: writes impersonate it. */
  serviceAccount?: string;
  driftPolicy: 'correct' | 'report';
  protected: boolean;
  /** How much of a stack one revision may prune: at most max(objects, share × objects of the stack). Default 10 and 0.5. */
  pruneLimit?: { objects: number; share: number };
}

/** One step of work on one environment, held under a lease. */
export interface ApplyWork {
  id: string;
  environment: EnvironmentTarget;
  generation: number;
  fencingToken: string;
  /** On the clock of `performance.now()`; `renew` moves it. */
  leaseEndsAt: number;
  attempts: number;
  /** The ledger's inventory revision when the work was claimed: equal to what this process remembers, it need not load. */
  inventoryRevision: number;
  /** A run of the environment waits for a report: one that only repeats the last is stored, too. */
  runsWait: boolean;
}

export type ApplyOutcome =
  | { kind: 'done' }
  | { kind: 'retry'; error: ErrorData; afterMs?: number }
  | { kind: 'park'; wakeOn: string[]; deadlineMs?: number };

export type ObjectAction =
  | 'created'
  | 'configured'
  | 'unchanged'
  | 'pruned'
  | 'replaced'
  | 'conflict'
  | 'failed'
  | 'corrected'
  /** A Job of a hook ended well. */
  | 'completed';

/** What one step did to one object; together the ChangeSet of design §1. */
export interface ObjectChange {
  /** `kind/namespace/name`, or `kind/name` for a cluster-scoped object. */
  subject: string;
  action: ObjectAction;
  stack: string;
  unit: string;
  /** Never contains data of a Secret. */
  message?: string;
}

export type StackStateName = 'applied' | 'healthy' | 'failed' | 'waiting' | 'unrecognised' | 'held';

/** Where one stack of the head stands. */
export interface StackState {
  stack: string;
  contentHash: string;
  state: StackStateName;
  message?: string;
}

export type ConditionType =
  | 'branch-missing'
  | 'rewound'
  | 'stack-missing'
  | 'plan-unreadable'
  | 'unrecognised'
  | 'held'
  | 'retired'
  | 'out-of-bounds'
  | 'prune-limited'
  | 'apply-failed'
  | 'unit-failed'
  | 'hook-failed'
  | 'conflict'
  | 'drift'
  | 'cluster-unreachable'
  | 'unwatched';

/** Something a person should know about an environment. */
export interface EnvironmentCondition {
  type: ConditionType;
  message: string;
  stack?: string;
}

export type EnvironmentHealth = 'healthy' | 'progressing' | 'degraded' | 'unknown';

/** Everything one step learned; the ledger stores it in the transaction that finishes the work. */
export interface ApplyReport {
  /** The state commit this step acted upon; absent when its head was not acted upon (rewound, unrecognised, …). */
  commit?: string;
  changes: ObjectChange[];
  upserts: AppliedObject[];
  /** Inventory rows that are gone; removed before `upserts` are stored. */
  removed: ObjectIdentity[];
  /** Hooks that this step started, or saw end: each row as it stands now. */
  hookRuns: HookRun[];
  /** Every stack of the head. */
  stacks: StackState[];
  /** The full present set: replaces the former one. */
  conditions: EnvironmentCondition[];
  health: EnvironmentHealth;
}
