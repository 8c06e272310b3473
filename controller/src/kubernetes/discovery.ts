import { ClusterError } from './cluster-error.ts';
import { groupOf } from './paths.ts';
import { asObject } from './status.ts';
import type { Exchange } from './transport.ts';
import type { RequestOptions, ResourceType } from './types.ts';

/** Asks the API server and returns the parsed body. */
export type Fetch = (exchange: Exchange, options: RequestOptions) => Promise<unknown>;

export interface Discovery {
  resolve(apiVersion: string, kind: string, options?: RequestOptions): Promise<ResourceType>;
  forgetGroup(group: string): void;
}

const aggregated =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';

/**
 * Which resource serves a kind. Two requests of aggregated discovery fill the cache; a kind that is
 * missing asks for its group version alone, once per second, since a CRD may have come since.
 */
export function createDiscovery(fetch: Fetch): Discovery {
  const known = new Map<string, ResourceType>();
  const askedAt = new Map<string, number>();
  let loading: Promise<void> | undefined;
  let loaded = false;

  function learn(types: ResourceType[]) {
    for (const type of types) known.set(keyOf(type.apiVersion, type.kind), type);
  }

  async function loadAll(options: RequestOptions): Promise<void> {
    const documents = await Promise.all(
      ['/api', '/apis'].map((path) =>
        fetch({ ...discoveryExchange(path), accept: aggregated }, options),
      ),
    );
    for (const document of documents) learn(parseAggregated(document));
    loaded = true;
  }

  async function loadGroupVersion(apiVersion: string, options: RequestOptions): Promise<void> {
    const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    try {
      learn(parseResourceList(apiVersion, await fetch(discoveryExchange(path), options)));
    } catch (error) {
      // The group version does not exist (yet): nothing to learn.
      if (!(error instanceof ClusterError) || error.kind !== 'not-found') throw error;
    }
  }

  return {
    async resolve(apiVersion, kind, options = {}) {
      const key = keyOf(apiVersion, kind);
      let type = known.get(key);
      if (type) return type;
      if (!loaded) {
        // Shared by all who ask at once, so it must not end with one caller's signal.
        loading ??= loadAll({}).finally(() => {
          loading = undefined;
        });
        await loading;
        type = known.get(key);
        if (type) return type;
      }
      const lastAsked = askedAt.get(apiVersion) ?? Number.NEGATIVE_INFINITY;
      if (performance.now() - lastAsked > 100) {
        askedAt.set(apiVersion, performance.now());
        await loadGroupVersion(apiVersion, options);
      }
      type = known.get(key);
      if (type) return type;
      throw new ClusterError('no-match', 'the cluster serves no such kind', {
        about: `${apiVersion} ${kind}`,
      });
    },

    forgetGroup(group) {
      for (const [key, type] of known) {
        if (groupOf(type.apiVersion) === group) known.delete(key);
      }
      for (const apiVersion of askedAt.keys()) {
        if (groupOf(apiVersion) === group) askedAt.delete(apiVersion);
      }
    },
  };
}

function keyOf(apiVersion: string, kind: string): string {
  return `${apiVersion} ${kind}`;
}

function discoveryExchange(path: string): Exchange {
  return { method: 'GET', path, verb: 'discover', resource: path, about: `discovery ${path}` };
}

/** APIGroupDiscoveryList (apidiscovery.k8s.io/v2): every kind with its resource, in one document. */
export function parseAggregated(document: unknown): ResourceType[] {
  return list(document, 'items').flatMap((group) => {
    const name = text(asObject(asObject(group)?.['metadata'])?.['name']);
    return list(group, 'versions').flatMap((version) => {
      const versionName = text(asObject(version)?.['version']);
      const apiVersion = name === '' ? versionName : `${name}/${versionName}`;
      return list(version, 'resources').flatMap((entry) => {
        const resource = asObject(entry);
        const kind = text(asObject(resource?.['responseKind'])?.['kind']);
        const plural = text(resource?.['resource']);
        if (kind === '' || plural === '') return [];
        const namespaced = resource?.['scope'] === 'Namespaced';
        return [{ apiVersion, kind, resource: plural, namespaced, verbs: verbsOf(resource) }];
      });
    });
  });
}

/** APIResourceList: the kinds of one group version; subresources are left out. */
export function parseResourceList(apiVersion: string, document: unknown): ResourceType[] {
  return list(document, 'resources').flatMap((entry) => {
    const resource = asObject(entry);
    const plural = text(resource?.['name']);
    const kind = text(resource?.['kind']);
    if (plural === '' || plural.includes('/') || kind === '') return [];
    const namespaced = resource?.['namespaced'] === true;
    return [{ apiVersion, kind, resource: plural, namespaced, verbs: verbsOf(resource) }];
  });
}

function verbsOf(resource: Record<string, unknown> | undefined): string[] {
  return list(resource, 'verbs').map(text);
}

function list(value: unknown, field: string): unknown[] {
  const found = asObject(value)?.[field];
  return Array.isArray(found) ? found : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
