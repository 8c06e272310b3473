import type { StaffApi } from '@codex-k8s/schema';

type Schemas = StaffApi.components['schemas'];

export type EnvironmentView = Schemas['EnvironmentView'];
export type ObjectView = Schemas['ObjectView'];
export type RunView = Schemas['RunView'];
export type RunDetailView = Schemas['RunDetailView'];
export type RunPage = Schemas['RunPage'];
export type RunStatus = Schemas['RunStatus'];
export type DiffView = Schemas['DiffView'];
export type Change = Schemas['Change'];

/** Which page of runs. */
export interface RunFilter {
  environmentId?: string;
  status?: RunStatus;
  /** `nextCursor` of the page before; made and read by the views alone. */
  cursor?: string;
  /** 1–100. */
  limit: number;
}

/** The read models behind the staff API; plain values, checked against the OpenAPI document on their way out. */
export interface StaffViews {
  listEnvironments(): Promise<readonly EnvironmentView[]>;
  /** Undefined: no such environment. */
  listObjects(environmentId: string): Promise<readonly ObjectView[] | undefined>;
  /** The newest first. */
  listRuns(filter: RunFilter): Promise<RunPage>;
  getRun(id: string): Promise<RunDetailView | undefined>;
  /** Undefined: no such environment, or the commit is none of its branch. */
  getStateDiff(environmentId: string, commit: string): Promise<DiffView | undefined>;
}

/** Live changes of the platform. */
export interface ChangeFeed {
  /** Calls the listener for each change until the returned function is called. */
  subscribe(listener: (change: Change) => void): () => void;
}

/** One part that must be ready before the platform does its whole work. */
export interface ReadinessPart {
  name: string;
  ready: boolean;
  /** What it waits for; no secrets: it is answered without a session. */
  message?: string;
}

/** Asked on every probe: answers from memory. */
export type Readiness = () => readonly ReadinessPart[] | Promise<readonly ReadinessPart[]>;
