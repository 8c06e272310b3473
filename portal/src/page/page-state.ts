import { createContextId } from '@builder.io/qwik';
import type { Connection, Filter, Overview } from '../live/index.ts';
import type { DiffView, RunStatus, RunView } from '../presentation/index.ts';

/** A commit of an environment, whose diff is shown. */
export interface ShownCommit {
  environmentId: string;
  commit: string;
}

/** The diff on the page: none yet, one, or why there is none. */
export type ShownDiff =
  | { kind: 'none' }
  | { kind: 'shown'; of: ShownCommit; view: DiffView }
  | { kind: 'unknown'; of: ShownCommit }
  | { kind: 'failed'; problem: string };

/** What the page knows; every part of it is read from the platform. */
export interface PageState {
  signedOut: boolean;
  /** Everything was read once. */
  ready: boolean;
  connection: Connection;
  /** Why the last reading failed. */
  problem?: string;
  overview: Overview;
  /** Pages of runs that were asked for beyond the first. */
  olderRuns: readonly RunView[];
  olderCursor?: string;
  filter: Filter;
  /** Picked by a person; otherwise the newest commit that fits the filter is shown. */
  pickedCommit?: ShownCommit;
  diff: ShownDiff;
  /** Milliseconds since the epoch; ticks, so that ages stay true. */
  now: number;
  /** Counts up when a person asks for something that has to be read. */
  asked: number;
}

/** The page's state, for all its parts. */
export const PageContext = createContextId<PageState>('page');

export const emptyOverview: Overview = {
  environments: [],
  runs: [],
  readiness: { ready: true, parts: [] },
};

const statuses: readonly RunStatus[] = ['pending', 'running', 'succeeded', 'failed', 'canceled'];

/** The filter and the picked commit of an address: whatever is shown can be linked to. */
export function readAddress(search: string): { filter: Filter; pickedCommit?: ShownCommit } {
  const query = new URLSearchParams(search);
  const environmentId = query.get('environment') ?? undefined;
  const status = statuses.find((known) => known === query.get('status'));
  const commit = query.get('commit') ?? undefined;
  return {
    filter: {
      ...(environmentId !== undefined && { environmentId }),
      ...(status !== undefined && { status }),
    },
    ...(environmentId !== undefined &&
      commit !== undefined && { pickedCommit: { environmentId, commit } }),
  };
}

/** The address of what is shown; the reverse of `readAddress`. */
export function writeAddress({
  filter,
  pickedCommit,
}: Pick<PageState, 'filter' | 'pickedCommit'>): string {
  const query = new URLSearchParams();
  const environmentId = pickedCommit?.environmentId ?? filter.environmentId;
  if (environmentId !== undefined) query.set('environment', environmentId);
  if (filter.status !== undefined) query.set('status', filter.status);
  if (pickedCommit !== undefined) query.set('commit', pickedCommit.commit);
  return query.size === 0 ? '/' : `/?${query}`;
}

/** The commit whose diff is shown: the picked one, the newest of the runs shown, or the head of an environment. */
export function chooseCommit({
  overview,
  filter,
  pickedCommit,
}: Pick<PageState, 'overview' | 'filter' | 'pickedCommit'>): ShownCommit | undefined {
  if (pickedCommit) return pickedCommit;
  const fits = (id: string): boolean =>
    filter.environmentId === undefined || filter.environmentId === id;
  for (const { environmentId, stateCommit, outcome } of overview.runs) {
    if (stateCommit !== undefined && outcome !== 'unchanged' && fits(environmentId))
      return { environmentId, commit: stateCommit };
  }
  for (const { id, headCommit } of overview.environments) {
    if (headCommit !== undefined && fits(id)) return { environmentId: id, commit: headCommit };
  }
  return undefined;
}
