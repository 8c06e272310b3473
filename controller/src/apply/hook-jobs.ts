import { hookOf, isUnderWay, jobOf } from './hook-labels.ts';
import { objectKey } from './identity.ts';
import type { Observation } from './observation.ts';
import type { Situation } from './situation.ts';
import type { HookRun } from './types.ts';

/** A run that has ended, as it is to be recorded. */
export type EndedRun = HookRun & { state: 'succeeded' | 'failed' };

/** Runs that are recorded as under way and have ended, by what is seen of their Jobs. */
export function endedRuns(situation: Situation): EndedRun[] {
  const { clusterUid, runs } = situation.hooks;
  if (clusterUid === undefined) return [];
  return runs.flatMap((run) => {
    if (run.state !== 'running') return [];
    if (run.clusterUid !== clusterUid) {
      return { ...run, state: 'failed', message: 'the cluster it ran in is gone' };
    }
    return endedRun(situation, run) ?? [];
  });
}

/** Failed runs that a person asked to repeat, by an annotation on their Job. */
export function releasedRuns(situation: Situation): HookRun[] {
  const { runs, sightOf } = situation.hooks;
  return runs.flatMap((run) => {
    if (run.state !== 'failed' || run.released === true) return [];
    const identity = jobOf(run);
    const sight = sightOf({ ...identity, key: objectKey(identity) });
    if (typeof sight === 'string' || sight.uid !== run.jobUid) return [];
    return sight.job?.retryAsked === true ? { ...run, released: true } : [];
  });
}

function endedRun(situation: Situation, run: HookRun): EndedRun | undefined {
  const identity = jobOf(run);
  const sight = situation.hooks.sightOf({ ...identity, key: objectKey(identity) });
  if (sight === 'unseen') return undefined;
  if (sight === 'absent' || sight.uid !== run.jobUid) {
    const message =
      'its Job went away before its end was seen; whether it did its work is not known';
    return { ...run, state: 'failed', message };
  }
  if (isUnderWay(sight)) return undefined;
  const { failedPods = 0, finishedAt } = sight.job ?? {};
  return {
    ...run,
    state: sight.health === 'current' ? 'succeeded' : 'failed',
    failedPods,
    ...(finishedAt === undefined ? {} : { finishedAt }),
    ...(sight.health === 'failed' && sight.message !== undefined ? { message: sight.message } : {}),
  };
}

/**
 * Jobs whose time has come by their delete policy. A Job that still runs is never deleted, nor one
 * whose end is not stored yet, nor the latest one of a hook that is kept until its next run.
 */
export function leftoverJobs(situation: Situation): Observation[] {
  const { runs, unsaved } = situation.hooks;
  if (runs.length === 0) return [];
  const newest = new Map<string, HookRun>();
  for (const run of runs) newest.set([run.stack, run.unit, run.hook].join('/'), run);
  const recorded = new Map(runs.map((run) => [run.jobUid, run]));
  return situation.hooks.jobs.filter((seen) => {
    const owner = hookOf(seen);
    if (owner === undefined || isUnderWay(seen)) return false;
    const desired = situation.stacks.find(({ stack }) => stack === owner.stack);
    // A stack that may not be applied now is left alone altogether.
    if (desired === undefined) return false;
    const run = recorded.get(seen.uid);
    if (run === undefined || run.state === 'running' || unsaved.has(seen.uid)) return false;
    const planned = desired.units
      .find(({ plan }) => plan.name === owner.unit)
      ?.hooks.find(({ plan }) => plan.name === owner.hook);
    const policy = planned?.plan.deletePolicy ?? run.deletePolicy;
    if (policy === 'never') return false;
    if (policy === 'afterSuccess' && run.state === 'succeeded') return true;
    // A hook that is no longer part of the stack has no next run.
    const latest = newest.get([owner.stack, owner.unit, owner.hook].join('/'));
    return planned === undefined || latest?.jobUid !== seen.uid;
  });
}
