import { asObject, ClusterError } from '../kubernetes/index.ts';
import { integer, string } from './health-verdict.ts';
import type { DesiredStack } from './desired-stack.ts';
import { interrupts, mayGoOn, recordHookRun, type Step } from './step.ts';
import type { HookRun, ObjectIdentity } from './types.ts';
import { applyObject } from './write-object.ts';

/** An object of the API server holds about a mebibyte; the oldest successes are left to the record. */
const mostRuns = 500;

/**
 * The successes of a stack's hooks are mirrored in the cluster: a record that was lost, or put back
 * to an hour ago, learns from there what must not run again, also when the Jobs are long gone.
 */
export async function readMirrors(step: Step, stacks: DesiredStack[]): Promise<void> {
  const { session, memory, services, writer } = step;
  for (const desired of stacks) {
    if (session.mirrors.has(desired.stack) || !hasHooks(step, desired) || !mayGoOn(step)) continue;
    try {
      const found = await services.cluster.get(mirrorOf(desired), writer.limits());
      const text = string(asObject(found['data']), dataKey) ?? '[]';
      for (const run of parseRuns(text, desired.stack)) {
        if (!memory.hookRuns.has(run.jobUid)) recordHookRun(step, run);
      }
      session.mirrors.set(desired.stack, text);
    } catch (error) {
      if (interrupts(error)) step.interruption ??= error;
      else if (!(error instanceof ClusterError)) throw error;
      // Nobody wrote one yet, or it may not be read: the record stands alone.
      else session.mirrors.set(desired.stack, '[]');
    }
  }
}

/** Writes the mirrors that no longer show what succeeded. */
export async function writeMirrors(step: Step, stacks: DesiredStack[]): Promise<void> {
  const { session, memory, writer } = step;
  for (const desired of stacks) {
    if (!session.mirrors.has(desired.stack) || !mayGoOn(step)) continue;
    const runs = [...memory.hookRuns.values()].filter(
      (run) =>
        run.stack === desired.stack &&
        run.state === 'succeeded' &&
        (run.run === 'once-per-content' || run.revision === desired.contentHash),
    );
    const text = JSON.stringify(runs.slice(-mostRuns));
    if (session.mirrors.get(desired.stack) === text) continue;
    try {
      await applyObject(writer, mirrorOf(desired), bodyOf(step, desired, text), undefined);
    } catch (error) {
      if (interrupts(error)) {
        step.interruption ??= error;
        return;
      }
      if (!(error instanceof ClusterError)) throw error;
      // An environment that may not write it goes without: the record is what counts.
      step.services.telemetry.count('apply_hook_mirror_failures');
    }
    session.mirrors.set(desired.stack, text);
  }
}

const dataKey = 'succeeded.json';

function mirrorOf({ plan, stack }: DesiredStack): ObjectIdentity {
  // No stack has a dot in its name: the parent of no apply set is called like this.
  const name = `codex-k8s-${stack}.hooks`;
  return { apiVersion: 'v1', kind: 'ConfigMap', namespace: plan.namespace, name };
}

function bodyOf(step: Step, desired: DesiredStack, text: string): string {
  const { apiVersion, kind, name, namespace } = mirrorOf(desired);
  const { project, name: environment } = step.session.target;
  const labels = {
    'codex-k8s.dev/project': project,
    'codex-k8s.dev/environment': environment,
    'codex-k8s.dev/stack': desired.stack,
  };
  const metadata = { name, namespace, labels };
  return JSON.stringify({ apiVersion, kind, metadata, data: { [dataKey]: text } });
}

function hasHooks({ memory }: Step, desired: DesiredStack): boolean {
  if (desired.units.some(({ hooks }) => hooks.length > 0)) return true;
  return [...memory.hookRuns.values()].some(({ stack }) => stack === desired.stack);
}

/** Reads back only what this room wrote: anything else counts for nothing. */
function parseRuns(text: string, stack: string): HookRun[] {
  let entries: unknown;
  try {
    entries = JSON.parse(text);
  } catch {
    return [];
  }
  return Array.isArray(entries) ? entries.flatMap((entry) => parseRun(entry, stack) ?? []) : [];
}

function parseRun(value: unknown, stack: string): HookRun | undefined {
  const entry = asObject(value);
  const text = (field: string) => string(entry, field);
  const [unit, hook, key, revision] = ['unit', 'hook', 'key', 'revision'].map(text);
  const [clusterUid, namespace, job] = ['clusterUid', 'namespace', 'job'].map(text);
  const [jobUid, startedAt, finishedAt] = ['jobUid', 'startedAt', 'finishedAt'].map(text);
  if (text('stack') !== stack || text('state') !== 'succeeded') return undefined;
  if (unit === undefined || hook === undefined || key === undefined) return undefined;
  if (revision === undefined || clusterUid === undefined || namespace === undefined)
    return undefined;
  if (job === undefined || jobUid === undefined || startedAt === undefined) return undefined;
  const policy = text('deletePolicy');
  return {
    stack,
    unit,
    hook,
    type: text('type') === 'hook' ? 'hook' : 'migration',
    run: text('run') === 'once-per-revision' ? 'once-per-revision' : 'once-per-content',
    key,
    revision,
    clusterUid,
    namespace,
    job,
    jobUid,
    attempt: integer(entry, 'attempt') ?? 1,
    state: 'succeeded',
    failedPods: integer(entry, 'failedPods') ?? 0,
    deletePolicy: policy === 'never' || policy === 'afterSuccess' ? policy : 'beforeNextRun',
    startedAt,
    ...(finishedAt === undefined ? {} : { finishedAt }),
  };
}
