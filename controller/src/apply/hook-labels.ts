import type { Observation } from './observation.ts';
import type { HookRun, ObjectIdentity } from './types.ts';

/** The labels of the Jobs of hooks (the plan's schema names them). */
export const hookLabels = {
  stack: 'codex-k8s.dev/stack',
  unit: 'codex-k8s.dev/unit',
  hook: 'codex-k8s.dev/hook',
} as const;

/** Whose Job this is; undefined for what is no Job of a hook. */
export function hookOf(
  seen: Observation,
): { stack: string; unit: string; hook: string } | undefined {
  if (seen.job === undefined) return undefined;
  const {
    [hookLabels.stack]: stack,
    [hookLabels.unit]: unit,
    [hookLabels.hook]: hook,
  } = seen.labels;
  if (stack === undefined || unit === undefined) return undefined;
  return hook === undefined ? undefined : { stack, unit, hook };
}

/** Whether a Job may still do something. */
export function isUnderWay({ health }: Observation): boolean {
  return health !== 'current' && health !== 'failed';
}

/** The Job of a run. */
export function jobOf({ namespace, job }: Pick<HookRun, 'namespace' | 'job'>): ObjectIdentity {
  return { apiVersion: 'batch/v1', kind: 'Job', namespace, name: job };
}
