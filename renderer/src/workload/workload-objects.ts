import type { Workload } from '@codex-k8s/schema';
import type { DeclaredObject } from '../objects/index.ts';
import type { Value } from '../yaml/index.ts';
import { checkWorkload, type WorkloadProblem } from './check.ts';
import { cronJob, deployment, statefulSet } from './controllers.ts';
import { ingress, service } from './network.ts';
import { volumeClaims } from './volumes.ts';

/** A workload with its image resolved to a reference. */
export interface ResolvedWorkload extends Workload {
  image: string;
}

/** A Kubernetes object as it is built here. */
export interface ObjectValue {
  apiVersion: string;
  kind: string;
  metadata: { name: string; [key: string]: Value };
  [key: string]: Value;
}

/** What the objects of a workload are made for. */
export interface WorkloadUnit {
  name: string;
  workload: ResolvedWorkload;
  /** When nodes pull the image; Kubernetes decides without. */
  imagePullPolicy?: string | undefined;
  /** Annotations of the pods: another value makes new pods. */
  podAnnotations?: Readonly<Record<string, string>>;
}

export type WorkloadOutcome =
  | { ok: true; objects: DeclaredObject[] }
  | { ok: false; problems: WorkloadProblem[] };

/** Makes the Kubernetes objects of a typed workload. */
export function workloadObjects(unit: WorkloadUnit): WorkloadOutcome {
  const problems = checkWorkload(unit.workload);
  if (problems.length > 0) return { ok: false, problems };
  const values = [...volumeClaims(unit), controller(unit), service(unit), ingress(unit)];
  return {
    ok: true,
    objects: values.flatMap((value) => (value === undefined ? [] : declare(value))),
  };
}

function controller(unit: WorkloadUnit): ObjectValue {
  switch (unit.workload.kind) {
    case 'StatefulSet':
      return statefulSet(unit);
    case 'CronJob':
      return cronJob(unit);
    case 'Deployment':
    case undefined:
  }
  return deployment(unit);
}

function declare(value: ObjectValue): DeclaredObject {
  const { apiVersion, kind, metadata } = value;
  return { apiVersion, kind, name: metadata.name, namespace: undefined, value, node: undefined };
}
