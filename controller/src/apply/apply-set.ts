import { groupOf } from '../kubernetes/index.ts';
import { objectKey } from './identity.ts';
import type { DesiredStack } from './desired-stack.ts';
import type { EnvironmentTarget, ObjectIdentity } from './types.ts';

/** The parent object of a stack's ApplySet (KEP-3659): it lets the inventory be rebuilt from the cluster. */
export interface ApplySetParent {
  identity: ObjectIdentity;
  body: string;
}

/** `ConfigMap`, `Deployment.apps`: the notation of the KEP, sorted. */
export function groupKindsOf(objects: Iterable<ObjectIdentity>): string[] {
  const names = new Set<string>();
  for (const { apiVersion, kind } of objects) {
    const group = groupOf(apiVersion);
    names.add(group === '' ? kind : `${kind}.${group}`);
  }
  return [...names].toSorted();
}

/** The parent's content for the kinds that may be in the cluster. */
export function applySetParent(
  target: EnvironmentTarget,
  desired: DesiredStack,
  members: Iterable<ObjectIdentity>,
): ApplySetParent {
  const { plan, stack } = desired;
  const all = [...new Map([...members].map((member) => [objectKey(member), member])).values()];
  const namespaces = new Set(all.flatMap(({ namespace }) => namespace ?? []));
  namespaces.delete(plan.namespace);
  const identity = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    namespace: plan.namespace,
    name: `codex-k8s-${stack}`,
  };
  const body = JSON.stringify({
    apiVersion: identity.apiVersion,
    kind: identity.kind,
    metadata: {
      name: identity.name,
      namespace: identity.namespace,
      labels: {
        'applyset.kubernetes.io/id': plan.applySet,
        'codex-k8s.dev/project': target.project,
        'codex-k8s.dev/environment': target.name,
        'codex-k8s.dev/stack': stack,
      },
      annotations: {
        'applyset.kubernetes.io/tooling': 'codex-k8s/v1alpha1',
        'applyset.kubernetes.io/contains-group-kinds': groupKindsOf(all).join(','),
        'applyset.kubernetes.io/additional-namespaces': [...namespaces].toSorted().join(','),
      },
    },
  });
  return { identity, body };
}
