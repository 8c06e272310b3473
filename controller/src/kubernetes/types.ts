/** Names one object; `namespace` is absent for cluster-scoped kinds. */
export interface ObjectReference {
  apiVersion: string;
  kind: string;
  namespace?: string;
  name: string;
}

/** One manager's claim on fields (`metadata.managedFields[]`). */
export interface ManagedFieldsEntry {
  manager?: string;
  operation?: 'Apply' | 'Update';
  apiVersion?: string;
  time?: string;
  fieldsType?: string;
  fieldsV1?: Record<string, unknown>;
  subresource?: string;
}

export interface ObjectMetadata {
  name: string;
  namespace?: string;
  uid: string;
  resourceVersion: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  managedFields?: ManagedFieldsEntry[];
}

/** An object as the API server returned it; everything beyond the metadata is read with care. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMetadata;
  [field: string]: unknown;
}

/** One kind as the cluster serves it. */
export interface ResourceType {
  apiVersion: string;
  kind: string;
  /** The plural in the path. */
  resource: string;
  namespaced: boolean;
  verbs: string[];
}

/** An identity to write as: the environment's service account. */
export interface Impersonation {
  user: string;
  groups: string[];
}

export interface RequestOptions {
  /** On the clock of `performance.now()`: the request is given up then. Without it: the connection's own time-out. */
  deadline?: number;
  signal?: AbortSignal;
  impersonate?: Impersonation;
}

export interface ApplyOptions extends RequestOptions {
  fieldManager: string;
  /** Take over fields of other managers instead of failing with a conflict. */
  force: boolean;
  dryRun?: boolean;
}

export interface ListOptions extends RequestOptions {
  labelSelector?: string;
  /** PartialObjectMetadata only. */
  metadataOnly?: boolean;
}

export interface DeleteOptions extends RequestOptions {
  /** Preconditions: another object under the name, or a later version of it, is left alone. */
  uid?: string;
  resourceVersion?: string;
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
}

export interface WatchOptions {
  resourceVersion: string;
  labelSelector?: string;
  metadataOnly?: boolean;
  signal: AbortSignal;
}

export type WatchEvent =
  | { type: 'opened' }
  | { type: 'added' | 'modified' | 'deleted'; object: KubernetesObject }
  | { type: 'bookmark'; resourceVersion: string };

/** Where a list or watch looks: one kind, in one namespace or everywhere. */
export interface Collection {
  apiVersion: string;
  kind: string;
  namespace?: string;
}

/**
 * One cluster, over HTTP/1.1 with connections kept alive. Every failure is a `ClusterError`; every
 * request has a deadline and is reported to telemetry as `kubernetes_request` {verb, resource, code}.
 */
export interface ClusterConnection {
  /** The name the platform knows the cluster by. */
  readonly name: string;
  readonly server: string;
  /** Server-side apply of exactly these bytes (YAML or JSON). */
  apply(
    reference: ObjectReference,
    body: Uint8Array | string,
    options: ApplyOptions,
  ): Promise<{ object: KubernetesObject; created: boolean }>;
  get(
    reference: ObjectReference,
    options?: RequestOptions & { metadataOnly?: boolean },
  ): Promise<KubernetesObject>;
  list(
    collection: Collection,
    options?: ListOptions,
  ): Promise<{ items: KubernetesObject[]; resourceVersion: string }>;
  /** Accepted by the server; finalizers may keep the object for a while. */
  delete(reference: ObjectReference, options?: DeleteOptions): Promise<void>;
  /** Changes after `resourceVersion`; ends when the server ends it, throws a `gone` error when the position is too old. */
  watch(collection: Collection, options: WatchOptions): AsyncGenerator<WatchEvent, void, void>;
  /** The kind as this cluster serves it; discovery is cached, and asked again for one group when a kind is missing. */
  resolve(apiVersion: string, kind: string, options?: RequestOptions): Promise<ResourceType>;
  /** Forgets what is known of a group, so that the next `resolve` asks for it. */
  forgetGroup(group: string): void;
  close(): Promise<void>;
}
