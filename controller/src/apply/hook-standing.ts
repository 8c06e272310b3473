import type { DesiredHook, DesiredStack } from './desired-stack.ts';
import { hookOf, isUnderWay } from './hook-labels.ts';
import { subjectOf } from './identity.ts';
import { retryAnnotation, type Observation } from './observation.ts';
import type { Situation } from './situation.ts';
import type { HookRun } from './types.ts';

/** How one hook of a revision stands. */
export type HookStanding =
  /** It ran for its key, or its failure does not matter (then it is told). */
  | { kind: 'done'; warning?: string }
  | { kind: 'due'; attempt: number; adopt: Observation | undefined }
  | { kind: 'waits'; reason: string; makeRoom?: Observation }
  | { kind: 'running'; reason: string; overdueAt: number | undefined }
  | { kind: 'failed'; message: string };

/** How much later than its own time-out a Job may end before its cluster is taken for unable to end it. */
const graceMs = 30_000;

/**
 * How a hook stands in this revision (design §5). A recorded success for its key counts for good,
 * whatever became of the Job, as long as it is the same cluster. A recorded failure counts for the
 * revision it failed in: a newer revision tries again what has to succeed.
 */
export function hookStanding(
  situation: Situation,
  desired: DesiredStack,
  hook: DesiredHook,
): HookStanding {
  const { plan, job } = hook;
  const { hooks, now } = situation;
  const ofKey = hooks.runs.filter(
    (run) =>
      run.stack === job.stack &&
      run.unit === job.unit &&
      run.hook === plan.name &&
      run.key === plan.key &&
      run.clusterUid === hooks.clusterUid,
  );
  const counted =
    plan.run === 'once-per-content'
      ? ofKey
      : ofKey.filter(({ revision }) => revision === desired.contentHash);
  if (counted.some(({ state }) => state === 'succeeded')) return { kind: 'done' };

  // Of whatever revision: what is under way for this key is not begun beside itself.
  const running = ofKey.findLast(({ state }) => state === 'running');
  if (running !== undefined) {
    const since = hooks.runningSince.get(running.jobUid);
    const overdueAt =
      since === undefined ? undefined : since + plan.timeoutSeconds * 1000 + graceMs;
    if (overdueAt !== undefined && overdueAt <= now) {
      const message = `${nameOf(hook)} has not ended within ${plan.timeoutSeconds} s, and the cluster has not ended it; look at ${subjectOf(job)}`;
      return { kind: 'failed', message };
    }
    return { kind: 'running', reason: `${nameOf(hook)} runs (${subjectOf(job)})`, overdueAt };
  }

  const failed = counted.findLast(({ state, released }) => state === 'failed' && released !== true);
  if (failed !== undefined) {
    const sight = hooks.sightOf(job);
    const isThere = typeof sight !== 'string' && sight.uid === failed.jobUid;
    const message = failureOf(hook, failed, isThere);
    const isOfRevision = failed.revision === desired.contentHash;
    if (plan.onFailure === 'continue') {
      return { kind: 'done', ...(isOfRevision ? { warning: message } : {}) };
    }
    if (isOfRevision) return { kind: 'failed', message };
  }
  const attempt = ofKey.length + 1;
  return dueStanding(situation, hook, attempt);
}

/** What is under way for the unit is waited for, a Job that nobody recorded is adopted, a former one makes room. */
function dueStanding(situation: Situation, hook: DesiredHook, attempt: number): HookStanding {
  const { job } = hook;
  const { hooks } = situation;
  const sight = hooks.sightOf(job);
  const waits = (reason: string): HookStanding => ({ kind: 'waits', reason });
  if (hooks.clusterUid === undefined || sight === 'unseen') return waits(nameOf(hook));
  const isRecorded = ({ uid }: Observation) => hooks.runs.some(({ jobUid }) => jobUid === uid);
  const other = hooks.jobs.find((seen) => {
    const owner = hookOf(seen);
    const isOfUnit = owner?.stack === job.stack && owner.unit === job.unit;
    return isOfUnit && isUnderWay(seen) && (seen.key !== job.key || isRecorded(seen));
  });
  if (other !== undefined) {
    return waits(`${nameOf(hook)}, which waits for the end of ${subjectOf(other)}`);
  }
  if (sight === 'absent') return { kind: 'due', attempt, adopt: undefined };
  if (sight.health === 'terminating') return waits(`${nameOf(hook)} (its former Job goes)`);
  // A crash between creating and recording it: it is this run, and not made twice.
  if (!isRecorded(sight)) return { kind: 'due', attempt, adopt: sight };
  return { kind: 'waits', reason: nameOf(hook), makeRoom: sight };
}

/** `migration schema`. */
export function nameOf({ plan }: DesiredHook): string {
  return `${plan.type} ${plan.name}`;
}

function failureOf(
  hook: DesiredHook,
  { job, namespace, message }: HookRun,
  isThere: boolean,
): string {
  const subject = `Job/${namespace}/${job}`;
  const reason = message === undefined ? '' : `: ${message}`;
  const hint =
    hook.plan.onFailure === 'continue'
      ? 'the unit goes on without it'
      : `mend it and push: a newer revision tries it again${isThere ? `; or annotate the Job with ${retryAnnotation}` : ''}`;
  return `${nameOf(hook)} failed (${subject})${reason}; ${hint}`;
}
