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
  | 'corrected';

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
  /** Every stack of the head. */
  stacks: StackState[];
  /** The full present set: replaces the former one. */
  conditions: EnvironmentCondition[];
  health: EnvironmentHealth;
}
