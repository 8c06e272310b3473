import { silentTelemetry, type Telemetry } from '../telemetry/index.ts';
import { aboutObject, ClusterError } from './cluster-error.ts';
import { loadCredentials, type KubeconfigSource } from './credentials.ts';
import { createDiscovery } from './discovery.ts';
import { listVersion, parseJson, parseObject } from './objects.ts';
import { collectionPath, groupOf, objectPath, queryString } from './paths.ts';
import { asObject } from './status.ts';
import { createTransport, type Exchange } from './transport.ts';
import type { ClusterConnection, Collection, ObjectReference, RequestOptions } from './types.ts';
import { decodeWatch } from './watch.ts';

export interface ConnectOptions {
  /** The name the platform knows the cluster by. */
  name: string;
  kubeconfig: KubeconfigSource;
  telemetry?: Telemetry;
  /** Connections for requests, 32 by default: measured, more only adds latency. */
  connections?: number;
  /** No request lasts longer; 20 s by default. */
  requestTimeoutMs?: number;
  /** A watch without any line for this long is opened again; 150 s by default. */
  streamSilenceMs?: number;
}

const partialObject = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const partialList = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/** Opens a connection to the cluster a kubeconfig names. Sends nothing yet. */
export async function connectCluster(options: ConnectOptions): Promise<ClusterConnection> {
  const credentials = await loadCredentials(options.kubeconfig);
  const transport = createTransport({
    credentials,
    telemetry: options.telemetry ?? silentTelemetry,
    connections: options.connections ?? 32,
    requestTimeoutMs: options.requestTimeoutMs ?? 20_000,
    streamSilenceMs: options.streamSilenceMs ?? 150_000,
  });

  async function fetch(exchange: Exchange, request: RequestOptions): Promise<unknown> {
    const { text } = await transport.send(exchange, request);
    return parseJson(text, exchange.about);
  }
  const discovery = createDiscovery(fetch);

  async function exchangeFor(
    verb: string,
    method: Exchange['method'],
    reference: ObjectReference,
    request: RequestOptions,
  ): Promise<Exchange> {
    const type = await discovery.resolve(reference.apiVersion, reference.kind, request);
    return {
      method,
      path: objectPath(type, reference.namespace, reference.name),
      verb,
      resource: type.resource,
      about: aboutObject(verb, reference),
      confidential: reference.apiVersion === 'v1' && reference.kind === 'Secret',
    };
  }

  async function collectionExchange(
    verb: string,
    collection: Collection,
    query: Record<string, string | undefined>,
    request: RequestOptions,
  ): Promise<Exchange> {
    const type = await discovery.resolve(collection.apiVersion, collection.kind, request);
    const place = collection.namespace === undefined ? '' : ` in ${collection.namespace}`;
    return {
      method: 'GET',
      path: collectionPath(type, collection.namespace) + queryString(query),
      verb,
      resource: type.resource,
      about: `${verb} ${collection.kind}${place}`,
    };
  }

  // A path the server does not serve is answered without a Status: the kind went away with its CRD.
  function withoutStaleDiscovery(error: unknown, reference: ObjectReference): unknown {
    if (!(error instanceof ClusterError)) return error;
    if (error.kind !== 'not-found' || error.reason !== undefined) return error;
    discovery.forgetGroup(groupOf(reference.apiVersion));
    return new ClusterError('no-match', 'the cluster serves no such kind', {
      about: aboutObject('apply', reference),
      cause: error,
    });
  }

  return {
    name: options.name,
    server: credentials.server,

    async apply(reference, body, apply) {
      const exchange = await exchangeFor('apply', 'PATCH', reference, apply);
      exchange.path += queryString({
        fieldManager: apply.fieldManager,
        force: apply.force ? 'true' : 'false',
        dryRun: apply.dryRun === true ? 'All' : undefined,
      });
      exchange.contentType = 'application/apply-patch+yaml';
      exchange.body = body;
      const answer = await transport.send(exchange, apply).catch((error: unknown) => {
        throw withoutStaleDiscovery(error, reference);
      });
      const object = parseObject(parseJson(answer.text, exchange.about), exchange.about);
      return { object, created: answer.status === 201 };
    },

    async get(reference, get = {}) {
      const exchange = await exchangeFor('get', 'GET', reference, get);
      if (get.metadataOnly === true) exchange.accept = partialObject;
      return parseObject(await fetch(exchange, get), exchange.about, reference);
    },

    async list(collection, list = {}) {
      const query = { labelSelector: list.labelSelector };
      const exchange = await collectionExchange('list', collection, query, list);
      if (list.metadataOnly === true) exchange.accept = partialList;
      const document = asObject(await fetch(exchange, list));
      const items = Array.isArray(document?.['items']) ? document['items'] : [];
      return {
        items: items.map((item: unknown) => parseObject(item, exchange.about, collection)),
        resourceVersion: listVersion(document, exchange.about),
      };
    },

    async delete(reference, remove = {}) {
      const exchange = await exchangeFor('delete', 'DELETE', reference, remove);
      const { uid, resourceVersion } = remove;
      exchange.contentType = 'application/json';
      exchange.body = JSON.stringify({
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: remove.propagationPolicy ?? 'Background',
        preconditions: { uid, resourceVersion },
      });
      await transport.send(exchange, remove);
    },

    async *watch(collection, watch) {
      const exchange = await collectionExchange(
        'watch',
        collection,
        {
          watch: 'true',
          allowWatchBookmarks: 'true',
          resourceVersion: watch.resourceVersion,
          labelSelector: watch.labelSelector,
          // Spread, so that not all watches of a process are opened again at the same moment.
          timeoutSeconds: String(300 + Math.floor(Math.random() * 300)),
        },
        { signal: watch.signal },
      );
      if (watch.metadataOnly === true) exchange.accept = partialObject;
      const body = await transport.stream(exchange, watch.signal);
      yield { type: 'opened' };
      yield* decodeWatch(body, collection, exchange.about);
    },

    resolve: (apiVersion, kind, request) => discovery.resolve(apiVersion, kind, request),
    forgetGroup: (group) => discovery.forgetGroup(group),
    close: () => transport.close(),
  };
}
