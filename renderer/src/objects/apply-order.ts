import { groupOf } from './scope.ts';

/** Kinds that others need, first; workloads after what they mount; what points at them last. */
const order = [
  'Namespace',
  'CustomResourceDefinition',
  'PriorityClass',
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'ServiceAccount',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'Secret',
  'ConfigMap',
  'StorageClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Service',
  'PodDisruptionBudget',
  'DaemonSet',
  'Pod',
  'ReplicaSet',
  'Deployment',
  'StatefulSet',
  'Job',
  'CronJob',
  'HorizontalPodAutoscaler',
  'IngressClass',
  'Ingress',
];
const rankByKind = new Map(order.map((kind, index) => [kind, index]));
/** Unknown kinds – mostly custom resources – come after everything they might need. */
const otherRank = order.length;

/** Compares two objects of one unit for the order in which they are applied. */
export function compareForApply(
  a: { kind: string; apiVersion: string; name: string },
  b: { kind: string; apiVersion: string; name: string },
): number {
  const ranks = (rankByKind.get(a.kind) ?? otherRank) - (rankByKind.get(b.kind) ?? otherRank);
  return (
    ranks ||
    compare(a.kind, b.kind) ||
    compare(groupOf(a.apiVersion), groupOf(b.apiVersion)) ||
    compare(a.apiVersion, b.apiVersion) ||
    compare(a.name, b.name)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
