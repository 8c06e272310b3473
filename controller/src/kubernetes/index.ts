export { ClusterError } from './cluster-error.ts';
export type { ClusterErrorKind, StatusCause } from './cluster-error.ts';
export { kubernetesErrors } from './codes.ts';
export type { KubernetesErrorCode } from './codes.ts';
export { connectCluster } from './connection.ts';
export type { ConnectOptions } from './connection.ts';
export type { KubeconfigSource } from './credentials.ts';
export { groupOf } from './paths.ts';
export { reflect } from './reflector.ts';
export type { Reflection, ReflectionTarget } from './reflector.ts';
export { asObject } from './status.ts';
export type {
  ApplyOptions,
  ClusterConnection,
  Collection,
  DeleteOptions,
  Impersonation,
  KubernetesObject,
  ListOptions,
  ManagedFieldsEntry,
  ObjectMetadata,
  ObjectReference,
  RequestOptions,
  ResourceType,
  WatchEvent,
  WatchOptions,
} from './types.ts';
