import { ClusterError } from './cluster-error.ts';
import { asObject } from './status.ts';
import type { KubernetesObject, ObjectMetadata } from './types.ts';

/**
 * The edge check for objects of the API server: what the platform relies on must be there. Lists
 * leave apiVersion and kind out of their items, so they come from the request.
 */
export function parseObject(
  value: unknown,
  about: string,
  defaults?: { apiVersion: string; kind: string },
): KubernetesObject {
  const object = asObject(value);
  const metadata = asObject(object?.['metadata']);
  if (!isMetadata(metadata)) {
    throw new ClusterError('unavailable', 'the answer is no Kubernetes object', { about });
  }
  const { apiVersion, kind } = object ?? {};
  return {
    ...object,
    // PartialObjectMetadata names itself, not the object's kind.
    apiVersion: defaults?.apiVersion ?? String(apiVersion),
    kind: defaults?.kind ?? String(kind),
    // A dry run makes no version.
    metadata: { ...metadata, resourceVersion: metadata.resourceVersion ?? '' },
  };
}

/** Parses text that has to be JSON. */
export function parseJson(body: string, about: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new ClusterError('unavailable', 'the answer is no JSON', { about, cause: error });
  }
}

/** The position of a list: where a watch goes on. */
export function listVersion(document: unknown, about: string): string {
  const version = asObject(asObject(document)?.['metadata'])?.['resourceVersion'];
  if (typeof version === 'string') return version;
  throw new ClusterError('unavailable', 'the answer is no list', { about });
}

type ReceivedMetadata = Omit<ObjectMetadata, 'resourceVersion'> & { resourceVersion?: string };

function isMetadata(value: unknown): value is ReceivedMetadata {
  const metadata = asObject(value);
  return (
    typeof metadata?.['name'] === 'string' &&
    typeof metadata['uid'] === 'string' &&
    ['string', 'undefined'].includes(typeof metadata['resourceVersion'])
  );
}
