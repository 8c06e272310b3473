import type { Workload, WorkloadVolume } from '@codex-k8s/schema';
import type { Value } from '../yaml/index.ts';
import type { ObjectValue, WorkloadUnit } from './workload-objects.ts';

type Fields = { [key: string]: Value };

/** Disks of a Deployment or CronJob: objects of their own, kept when pods go. */
export function volumeClaims(unit: WorkloadUnit): ObjectValue[] {
  if (unit.workload.kind === 'StatefulSet') return [];
  return disksOf(unit.workload).map((volume) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: claimName(unit, volume) },
    spec: claimSpec(volume),
  }));
}

/** Disks of a StatefulSet: one for each of its pods. */
export function claimTemplates(unit: WorkloadUnit): Fields[] {
  return disksOf(unit.workload).map((volume) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: volume.name },
    spec: claimSpec(volume),
  }));
}

/** The volumes of the pod. */
export function podVolumes(unit: WorkloadUnit): Fields[] {
  const { kind, volumes = [] } = unit.workload;
  return volumes
    .filter((volume) => kind !== 'StatefulSet' || volume.size === undefined)
    .map((volume) => ({ name: volume.name, ...volumeSource(unit, volume) }));
}

export function volumeMounts({ volumes = [] }: Workload): Fields[] {
  return volumes.map(({ name, mountPath, subPath, readOnly }) => ({
    name,
    mountPath,
    ...(subPath === undefined ? {} : { subPath }),
    ...(readOnly === undefined ? {} : { readOnly }),
  }));
}

function volumeSource(unit: WorkloadUnit, volume: WorkloadVolume): Fields {
  if (volume.secret !== undefined) return { secret: { secretName: volume.secret } };
  if (volume.configMap !== undefined) return { configMap: { name: volume.configMap } };
  if (volume.size === undefined) return { emptyDir: {} };
  return { persistentVolumeClaim: { claimName: claimName(unit, volume) } };
}

function claimName(unit: WorkloadUnit, volume: WorkloadVolume): string {
  return `${unit.name}-${volume.name}`;
}

function claimSpec({ size = '', storageClass }: WorkloadVolume): Fields {
  return {
    accessModes: ['ReadWriteOnce'],
    ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
    resources: { requests: { storage: String(size) } },
  };
}

function disksOf({ volumes = [] }: Workload): WorkloadVolume[] {
  return volumes.filter((volume) => volume.size !== undefined);
}
