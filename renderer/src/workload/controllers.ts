import { podTemplate, selectorLabels } from './pod.ts';
import { claimTemplates } from './volumes.ts';
import type { ObjectValue, WorkloadUnit } from './workload-objects.ts';

export function deployment(unit: WorkloadUnit): ObjectValue {
  const { replicas, volumes = [] } = unit.workload;
  // Two pods cannot hold one disk: the old one goes before the new one comes.
  const recreate = volumes.some((volume) => volume.size !== undefined);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: unit.name, labels: selectorLabels(unit) },
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      selector: { matchLabels: selectorLabels(unit) },
      ...(recreate ? { strategy: { type: 'Recreate' } } : {}),
      template: podTemplate(unit),
    },
  };
}

export function statefulSet(unit: WorkloadUnit): ObjectValue {
  const { replicas, ports = [] } = unit.workload;
  const templates = claimTemplates(unit);
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: unit.name, labels: selectorLabels(unit) },
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      ...(ports.length === 0 ? {} : { serviceName: unit.name }),
      selector: { matchLabels: selectorLabels(unit) },
      template: podTemplate(unit),
      ...(templates.length === 0 ? {} : { volumeClaimTemplates: templates }),
    },
  };
}

export function cronJob(unit: WorkloadUnit): ObjectValue {
  const template = podTemplate(unit);
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: unit.name, labels: selectorLabels(unit) },
    spec: {
      schedule: unit.workload.schedule ?? '',
      concurrencyPolicy: 'Forbid',
      jobTemplate: {
        spec: {
          template: { ...template, spec: { restartPolicy: 'OnFailure', ...template.spec } },
        },
      },
    },
  };
}
