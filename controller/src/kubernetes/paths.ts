import type { ResourceType } from './types.ts';

/** The path of a collection: `/api/v1/namespaces/shop/configmaps`, `/apis/apps/v1/deployments`. */
export function collectionPath(type: ResourceType, namespace: string | undefined): string {
  const root = type.apiVersion.includes('/')
    ? `/apis/${type.apiVersion}`
    : `/api/${type.apiVersion}`;
  const scope =
    type.namespaced && namespace !== undefined
      ? `/namespaces/${encodeURIComponent(namespace)}`
      : '';
  return `${root}${scope}/${type.resource}`;
}

/** The path of one object. */
export function objectPath(
  type: ResourceType,
  namespace: string | undefined,
  name: string,
): string {
  return `${collectionPath(type, namespace)}/${encodeURIComponent(name)}`;
}

/** `?a=b&c=d` of what is set; empty when nothing is. */
export function queryString(parameters: Record<string, string | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.set(name, value);
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** The group of an apiVersion: `apps` of `apps/v1`, empty for the core group. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash === -1 ? '' : apiVersion.slice(0, slash);
}
