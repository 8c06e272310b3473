import type { EnvironmentSession, Memory } from './environment-session.ts';
import { hookOf, jobOf } from './hook-labels.ts';
import type { DesiredReading } from './read-desired.ts';
import type { HookSituation } from './situation.ts';
import type { ObjectIdentity } from './types.ts';

/** Whether the environment has anything to do with hooks. */
export function hasHooks(memory: Memory, reading: DesiredReading): boolean {
  if (memory.hookRuns.size > 0) return true;
  return reading.stacks.some(({ units }) => units.some(({ hooks }) => hooks.length > 0));
}

/** The Jobs of hooks, those of the revisions and those of the record: where they lie is watched. */
export function hookJobsOf(memory: Memory, reading: DesiredReading): ObjectIdentity[] {
  const desired = reading.stacks.flatMap(({ units }) =>
    units.flatMap(({ hooks }) => hooks.map(({ job }) => job)),
  );
  return [...desired, ...[...memory.hookRuns.values()].map(jobOf)];
}

/** What is recorded and seen of hooks, as a value to decide from. */
export function hookSituation(session: EnvironmentSession, memory: Memory): HookSituation {
  const { view, clusterUid, unsavedRuns, runningSince } = session;
  return {
    clusterUid,
    runs: [...memory.hookRuns.values()],
    unsaved: unsavedRuns,
    sightOf: (job) => view.sight(job.key, job),
    // Looked for only where hooks are due or recorded: most environments have thousands of others.
    get jobs() {
      return [...view.observations()].filter((seen) => hookOf(seen) !== undefined);
    },
    runningSince,
  };
}

/** Notes since when runs are under way, on the clock of this process. */
export function noteRunning(session: EnvironmentSession, memory: Memory, now: number): void {
  const { runningSince } = session;
  for (const [uid, { state }] of memory.hookRuns) {
    if (state !== 'running') runningSince.delete(uid);
    else if (!runningSince.has(uid)) runningSince.set(uid, now);
  }
}
