import type { ExecutionPlan } from '@codex-k8s/schema';
import type {
  AppliedObject,
  ApplyOutcome,
  ApplyReport,
  ApplyWork,
  EnvironmentTarget,
  HookRun,
} from './types.ts';

/** Where the loop's work comes from: Postgres now, HTTP for a cluster far away (design §2). */
export interface WorkSource {
  /**
   * The environments this process holds under long leases, renewed inside; called again it takes
   * what became free and leaves out what was lost. Only the holder claims an environment's work.
   */
  acquireEnvironments(): Promise<EnvironmentTarget[]>;
  /** Gives the environments back, so that another process need not wait for the leases to end. */
  releaseEnvironments(): Promise<void>;
  /** At most `limit` works, at most one per environment, each under a lease of seconds. */
  claim(limit: number): Promise<ApplyWork[]>;
  /** Moves `work.leaseEndsAt`; false: the lease is lost, stop at once. */
  renew(work: ApplyWork): Promise<boolean>;
  /**
   * Ends the step and stores the report in one transaction; rejects when the lease was lost, and
   * then nothing of the report is stored. A finish with a report raises the environment's
   * inventory revision by exactly one, a finish without leaves it.
   */
  finish(work: ApplyWork, outcome: ApplyOutcome, report?: ApplyReport): Promise<void>;
  /** Asks for a step of an environment: a parked one becomes ready, a running one is followed by another. */
  requestApply(environmentId: string, reason: string): Promise<void>;
  /** Calls back when work may have become ready; returns the way to stop that. */
  onWork(listener: () => void): () => void;
}

/** What was recorded of an environment. */
export interface RecordedEnvironment {
  lastAppliedCommit?: string;
  inventoryRevision: number;
  objects: AppliedObject[];
  /**
   * In the order in which they were started: of each hook every success that must not be repeated,
   * what runs, and the latest runs beside.
   */
  hookRuns: HookRun[];
}

/** The record of a content of a stack: some run rendered it. */
export interface RecordedContent {
  runId: string;
  sourceSha: string;
  /** False: rendered, but nobody has approved it for this protected environment yet. */
  approved: boolean;
}

/** The record the loop decides by. */
export interface ApplyLedger {
  loadEnvironment(environmentId: string): Promise<RecordedEnvironment>;
  /** Undefined: no run of this platform rendered this content for this environment. */
  recordedContent(
    environmentId: string,
    stack: string,
    contentHash: string,
  ): Promise<RecordedContent | undefined>;
  /**
   * Whether this platform itself recorded `commit` as a state commit of the environment, later than
   * `since`. Asked only for a head that does not descend from the last applied commit: it tells a
   * branch that was put back (`rewound`) from a new push on top of one.
   */
  publishedSince(environmentId: string, commit: string, since: string): Promise<boolean>;
}

/** A plan as the state repository holds it. */
export type PlanReading =
  | { kind: 'plan'; plan: ExecutionPlan }
  | { kind: 'absent' }
  | { kind: 'unreadable'; reason: string };

/** The desired state of one environment: its branch of the state repository (design §4). */
export interface DesiredState {
  /** Undefined: there is no such branch. `stacks` maps a stack directory to its content hash. */
  head(
    environment: EnvironmentTarget,
  ): Promise<{ commit: string; stacks: Map<string, string> } | undefined>;
  /** False also when `ancestor` is unknown. */
  descendsFrom(commit: string, ancestor: string): Promise<boolean>;
  readPlan(commit: string, stack: string): Promise<PlanReading>;
  /** Path inside the stack directory → blob id. */
  listFiles(commit: string, stack: string): Promise<Map<string, string>>;
  readFile(oid: string): Promise<Uint8Array>;
}
