import { groupOf } from '../kubernetes/index.ts';
import type { ObjectIdentity } from './types.ts';

const managerPrefix = 'codex-k8s-';

/** Kinds whose deletion takes more with it than the object itself: never pruned without an approval (design §5). */
const protectedKinds = new Set([
  '/Namespace',
  '/PersistentVolume',
  '/PersistentVolumeClaim',
  'apiextensions.k8s.io/CustomResourceDefinition',
]);

/** The identity of an object in a cluster. The version is no part of it: v1beta1 and v1 are one object. */
export function objectKey(object: ObjectIdentity): string {
  return `${groupKind(object)}/${object.namespace ?? ''}/${object.name}`;
}

/** `apps/Deployment`, `/ConfigMap`. */
export function groupKind(object: Pick<ObjectIdentity, 'apiVersion' | 'kind'>): string {
  return `${groupOf(object.apiVersion)}/${object.kind}`;
}

/** How people read an object: `Deployment/shop/web`, `ClusterRole/reader`. */
export function subjectOf(object: ObjectIdentity): string {
  const namespace = object.namespace === undefined ? '' : `${object.namespace}/`;
  return `${object.kind}/${namespace}${object.name}`;
}

/** Only the four fields that name an object. */
export function identityOf(object: ObjectIdentity): ObjectIdentity {
  const { apiVersion, kind, namespace, name } = object;
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

/** The field manager of an environment; immutable, since renaming an environment must not disown its objects. */
export function fieldManagerOf(environmentId: string): string {
  return managerPrefix + environmentId;
}

/** The environment a field manager belongs to; undefined for managers that are not ours. */
export function environmentOfManager(manager: string): string | undefined {
  return manager.startsWith(managerPrefix) ? manager.slice(managerPrefix.length) : undefined;
}

export function isProtectedKind(object: ObjectIdentity): boolean {
  return protectedKinds.has(groupKind(object));
}

export function isCustomResourceDefinition(object: ObjectIdentity): boolean {
  return groupKind(object) === 'apiextensions.k8s.io/CustomResourceDefinition';
}
