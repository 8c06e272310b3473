import { AnswerError, readDiff, readOverview, SignedOutError } from '../live/index.ts';
import { chooseCommit, type PageState, type ShownCommit } from './page-state.ts';

/** Reads everything shown again and puts it into the state; what fails is said there. */
export async function refresh(state: PageState, signal: AbortSignal): Promise<void> {
  try {
    const filter = { ...state.filter };
    const overview = await readOverview(filter, signal);
    if (signal.aborted || !sameFilter(filter, state.filter)) return;
    state.overview = overview;
    state.now = Date.now();
    state.ready = true;
    delete state.problem;
    await refreshDiff(state);
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof SignedOutError) state.signedOut = true;
    else state.problem = describe(error);
  }
}

async function refreshDiff(state: PageState): Promise<void> {
  const of = chooseCommit(state);
  if (of === undefined) {
    state.diff = { kind: 'none' };
    return;
  }
  // A commit never changes: its diff is read once.
  if ('of' in state.diff && same(of, state.diff.of)) return;
  try {
    const view = await readDiff(of.environmentId, of.commit);
    if (!same(of, chooseCommit(state))) return;
    state.diff = view ? { kind: 'shown', of, view } : { kind: 'unknown', of };
  } catch (error) {
    if (error instanceof SignedOutError) throw error;
    state.diff = { kind: 'failed', problem: describe(error) };
  }
}

const same = (one: ShownCommit | undefined, other: ShownCommit | undefined): boolean =>
  one?.commit === other?.commit && one?.environmentId === other?.environmentId;

const sameFilter = (one: PageState['filter'], other: PageState['filter']): boolean =>
  one.environmentId === other.environmentId && one.status === other.status;

function describe(error: unknown): string {
  if (error instanceof AnswerError)
    return error.hint === undefined ? error.message : `${error.message} – ${error.hint}`;
  return 'the platform cannot be reached; it is tried again';
}
