import type { Observation } from './observation.ts';
import type { AppliedObject } from './types.ts';

/** What somebody else did to an object of ours. */
export interface Drift {
  kind: 'edited' | 'replaced' | 'deleted';
  /** The other manager, where managedFields tell it. */
  by?: string;
  at?: string;
}

/** What is seen of an object: nothing yet, its absence, or the object. */
export type Sight = 'unseen' | 'absent' | Observation;

/**
 * Whether an object stands otherwise than we left it (design §5): it is gone, another one has its
 * name, or our manager no longer owns exactly the fields it owned after our last write. Fields that
 * are not ours do not count.
 */
export function driftOf(applied: AppliedObject, sight: Sight): Drift | undefined {
  if (sight === 'unseen') return undefined;
  if (sight === 'absent') {
    // A Job that completed may be cleared away (ttlSecondsAfterFinished); running it again is no repair.
    return isFinishedJob(applied) ? undefined : { kind: 'deleted' };
  }
  // What is being deleted cannot be repaired; it is made anew once it is gone.
  if (sight.health === 'terminating') return undefined;
  const who = {
    ...(sight.foreignWrite === undefined ? {} : { by: sight.foreignWrite.manager }),
    ...(sight.foreignWrite?.time === undefined ? {} : { at: sight.foreignWrite.time }),
  };
  if (sight.uid !== applied.uid) return { kind: 'replaced', ...who };
  if (sight.ownedFieldsHash !== applied.ownedFieldsHash) return { kind: 'edited', ...who };
  return undefined;
}

/** One sentence for people. */
export function describeDrift(drift: Drift): string {
  const who = drift.by === undefined ? '' : ` by ${drift.by}`;
  const when = drift.at === undefined ? '' : ` at ${drift.at}`;
  return `${drift.kind}${who}${when}`;
}

function isFinishedJob(applied: AppliedObject): boolean {
  return (
    applied.kind === 'Job' &&
    applied.apiVersion.startsWith('batch/') &&
    applied.health === 'current'
  );
}
