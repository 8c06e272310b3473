import { ClusterError } from '../kubernetes/index.ts';
import { ensureNamespaces, noteFailure } from './apply-objects.ts';
import type { DesiredStack } from './desired-stack.ts';
import type { EndedRun } from './hook-jobs.ts';
import { hookOf, jobOf } from './hook-labels.ts';
import { hasHooks, hookJobsOf } from './hook-session.ts';
import { readMirrors } from './hook-mirror.ts';
import { nameOf } from './hook-standing.ts';
import type { Observation } from './observation.ts';
import { podReport } from './pod-report.ts';
import type { DesiredReading } from './read-desired.ts';
import {
  forEachBounded,
  interrupts,
  mayGoOn,
  recordChange,
  recordFailure,
  recordHookRun,
  type Step,
} from './step.ts';
import type { HookEffects } from './step-decision.ts';
import type { PlannedHook } from './unit-hooks.ts';
import type { HookRun } from './types.ts';
import { createJob, deleteObject, failureMessage } from './write-object.ts';

/** What must be known before hooks are decided about: which cluster this is, and which of their Jobs there are. */
export async function prepareHooks(step: Step, reading: DesiredReading): Promise<void> {
  const { session, memory, services, writer } = step;
  if (!hasHooks(memory, reading)) return;
  session.view.follow(hookJobsOf(memory, reading));
  await readMirrors(step, reading.stacks);
  if (session.clusterUid !== undefined) return;
  const namespace = { apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' };
  const options = { metadataOnly: true, ...writer.limits() };
  try {
    session.clusterUid = (await services.cluster.get(namespace, options)).metadata.uid;
  } catch (error) {
    if (interrupts(error)) step.interruption ??= error;
    // Who may not look is taken at the word of the environment's binding.
    else if (error instanceof ClusterError) session.clusterUid = session.target.cluster;
    else throw error;
  }
}

/** Records what has ended, deletes what may go, starts what is due. */
export async function runHooks(
  step: Step,
  { start, ended, released, remove }: HookEffects,
  stacks: DesiredStack[],
): Promise<void> {
  for (const run of ended) await recordEnd(step, run);
  for (const run of released) recordRelease(step, run);
  await forEachBounded(step, remove, (job) => removeJob(step, job));
  await forEachBounded(step, start, (planned) => startHook(step, planned, stacks));
}

async function startHook(step: Step, planned: PlannedHook, stacks: DesiredStack[]): Promise<void> {
  const { session, services, memory } = step;
  const { hook, revision, attempt, adopt } = planned;
  const { plan, job } = hook;
  try {
    let seen = adopt;
    if (seen === undefined) {
      const body = await services.desired.readFile(job.payloadHash);
      await ensureNamespaces(step, job.namespace === undefined ? [] : [job.namespace], stacks);
      if (!mayGoOn(step)) return;
      const created = session.view.remember(await createJob(step.writer, job, body));
      session.view.follow([job]);
      // The former Job was taken for gone too early: its going is seen, and then it is this one's turn.
      if (memory.hookRuns.has(created.uid)) return;
      seen = created;
      await services.checkpoint('apply.hook');
    }
    recordHookRun(step, {
      stack: job.stack,
      unit: job.unit,
      hook: plan.name,
      type: plan.type,
      run: plan.run,
      key: plan.key,
      revision,
      clusterUid: session.clusterUid ?? '',
      namespace: job.namespace ?? '',
      job: job.name,
      jobUid: seen.uid,
      attempt,
      state: 'running',
      failedPods: 0,
      deletePolicy: plan.deletePolicy,
      startedAt: seen.job?.createdAt ?? '',
    });
    const message =
      adopt === undefined ? `${nameOf(hook)} started` : `${nameOf(hook)} was started already`;
    recordChange(step, job, adopt === undefined ? 'created' : 'unchanged', message);
  } catch (error) {
    noteFailure(step, job, error);
  }
}

async function recordEnd(step: Step, run: EndedRun): Promise<void> {
  const { log, message: reason } =
    run.state === 'failed' ? await podReport(step, run) : { log: undefined, message: undefined };
  const message = [run.message, reason].filter((part) => part !== undefined).join('; ');
  recordHookRun(step, {
    ...run,
    ...(message === '' ? {} : { message }),
    ...(log === undefined ? {} : { log }),
  });
  const what = `${run.type} ${run.hook}`;
  const object = { ...jobOf(run), stack: run.stack, unit: run.unit };
  if (run.state === 'succeeded') recordChange(step, object, 'completed', `${what} succeeded`);
  else recordChange(step, object, 'failed', `${what} failed: ${message}`);
}

function recordRelease(step: Step, run: HookRun): void {
  recordHookRun(step, run);
  const object = { ...jobOf(run), stack: run.stack, unit: run.unit };
  recordChange(
    step,
    object,
    'unchanged',
    `${run.type} ${run.hook} is to run again: it was asked for`,
  );
}

async function removeJob(step: Step, job: Observation): Promise<void> {
  const { stack = '', unit = '' } = hookOf(job) ?? {};
  try {
    await deleteObject(step.writer, job, job);
    step.session.view.forget(job);
  } catch (error) {
    if (interrupts(error)) {
      step.interruption ??= error;
      return;
    }
    const message = failureMessage(job, error);
    recordFailure(
      step,
      { ...job, stack, unit },
      { code: 'CK-APPLY-004', message, transient: false },
    );
  }
}
