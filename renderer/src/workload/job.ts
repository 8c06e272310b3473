import type { DeclaredObject } from '../objects/index.ts';
import type { Value } from '../yaml/index.ts';
import { checkWorkload, type WorkloadProblem } from './check.ts';
import { podTemplate } from './pod.ts';
import type { ResolvedWorkload } from './workload-objects.ts';

/** What runs once. */
export interface JobUnit {
  /** Name of the container. */
  name: string;
  workload: ResolvedWorkload;
  imagePullPolicy?: string | undefined;
  /** Labels of the Job and its pod: never those by which the Service of a unit finds its pods. */
  podLabels: Readonly<Record<string, string>>;
  /** How often a failed pod is replaced. */
  retries: number;
  timeoutSeconds: number;
}

export type JobOutcome =
  | {
      ok: true;
      spec: { [key: string]: Value };
      /** The Job under a name. */
      object: (name: string) => DeclaredObject;
    }
  | { ok: false; problems: WorkloadProblem[] };

/** Makes a Job of a typed description. */
export function jobObject(unit: JobUnit): JobOutcome {
  const problems = [...checkWorkload(unit.workload), ...checkDisks(unit.workload)];
  if (problems.length > 0) return { ok: false, problems };
  const pod = { restartPolicy: 'Never', ...podTemplate(unit).spec };
  const spec = {
    backoffLimit: unit.retries,
    activeDeadlineSeconds: unit.timeoutSeconds,
    template: { metadata: { labels: { ...unit.podLabels } }, spec: pod },
  };
  return {
    ok: true,
    spec,
    object: (name) => ({
      apiVersion: 'batch/v1',
      kind: 'Job',
      name,
      namespace: undefined,
      value: {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name, labels: { ...unit.podLabels } },
        spec,
      },
      node: undefined,
      isHook: true,
    }),
  };
}

function checkDisks({ volumes = [] }: ResolvedWorkload): WorkloadProblem[] {
  return volumes.flatMap((volume, index) =>
    volume.size === undefined
      ? []
      : [{ path: ['volumes', index], message: 'a Job has no disk of its own' }],
  );
}
