import { asObject, groupOf, type KubernetesObject } from '../kubernetes/index.ts';
import { builtInRules } from './health-rules.ts';
import {
  condition,
  current,
  failed,
  integer,
  progressing,
  type HealthVerdict,
} from './health-verdict.ts';

/**
 * Kinds without any status worth waiting for: they are current as soon as they exist, so metadata
 * is all that is watched of them. Everything else is watched in full.
 */
const statuslessKinds = new Set([
  '/ConfigMap',
  '/Secret',
  '/ServiceAccount',
  '/LimitRange',
  '/Endpoints',
  '/PodTemplate',
  'rbac.authorization.k8s.io/Role',
  'rbac.authorization.k8s.io/RoleBinding',
  'rbac.authorization.k8s.io/ClusterRole',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'networking.k8s.io/NetworkPolicy',
  'networking.k8s.io/IngressClass',
  'scheduling.k8s.io/PriorityClass',
  'storage.k8s.io/StorageClass',
  'node.k8s.io/RuntimeClass',
  'coordination.k8s.io/Lease',
  'discovery.k8s.io/EndpointSlice',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
]);

/** Whether a kind has a status that decides about its health. */
export function hasHealthRule(apiVersion: string, kind: string): boolean {
  return !statuslessKinds.has(`${groupOf(apiVersion)}/${kind}`);
}

/**
 * How an object stands, with the semantics of kstatus (sigs.k8s.io/cli-utils): deletion, then the
 * observed generation, then Reconciling and Stalled, then the rule of the kind, then Ready. One
 * deviation, the one Flux makes too: a Job is current when it completed, not when it started.
 */
export function healthOf(object: KubernetesObject): HealthVerdict {
  const { metadata } = object;
  if (metadata.deletionTimestamp !== undefined) {
    return { status: 'terminating', message: 'is being deleted' };
  }
  if (!hasHealthRule(object.apiVersion, object.kind)) return current();

  const status = asObject(object['status']);
  const observed = integer(status, 'observedGeneration');
  if (observed !== undefined && observed < (metadata.generation ?? 0)) {
    return progressing(`generation ${metadata.generation} is not observed yet`);
  }
  const reconciling = condition(status, 'Reconciling');
  if (reconciling?.status === 'True') return progressing(reconciling.text);
  const stalled = condition(status, 'Stalled');
  if (stalled?.status === 'True') return failed(stalled.text);

  const rule = builtInRules[`${groupOf(object.apiVersion)}/${object.kind}`];
  if (rule) return rule(object);

  const ready = condition(status, 'Ready');
  if (ready !== undefined && ready.status !== 'True') return progressing(ready.text);
  return current();
}
