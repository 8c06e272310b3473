import {
  ClusterError,
  type ClusterConnection,
  type Impersonation,
  type KubernetesObject,
  type RequestOptions,
} from '../kubernetes/index.ts';
import { environmentOfManager, identityOf, subjectOf } from './identity.ts';
import { managersInConflict } from './managed-fields.ts';
import type { Observation } from './observation.ts';
import type { EnvironmentTarget, ObjectIdentity } from './types.ts';

/** How writes of one environment reach the cluster. */
export interface Writer {
  cluster: ClusterConnection;
  target: EnvironmentTarget;
  manager: string;
  /** Limits of the next request; throws when there is no time left for one. */
  limits(): RequestOptions;
}

export type ApplyResult =
  | { kind: 'applied'; object: KubernetesObject; created: boolean; takenFrom: string[] }
  /** Another environment of this platform applies the object. */
  | { kind: 'rival'; environments: string[] };

/**
 * Applies one object. Fields of people and of other tools are taken over, but never those of
 * another environment of this platform: force is used only once it is known whom it would hit –
 * from what is seen of the object, else from the conflict that an apply without force answers.
 */
export async function applyObject(
  writer: Writer,
  identity: ObjectIdentity,
  body: Uint8Array | string,
  seen: Observation | undefined,
): Promise<ApplyResult> {
  if (seen !== undefined && seen.rivals.length > 0) {
    return { kind: 'rival', environments: seen.rivals };
  }
  try {
    return await send(seen !== undefined, []);
  } catch (error) {
    if (!(error instanceof ClusterError) || error.kind !== 'conflict') throw error;
    const managers = managersInConflict(error.causes.map((cause) => cause.message));
    const rivals = managers.flatMap((manager) => environmentOfManager(manager) ?? []);
    if (rivals.length > 0) return { kind: 'rival', environments: rivals };
    if (managers.length === 0) throw error;
    return send(true, managers);
  }

  async function send(force: boolean, takenFrom: string[]): Promise<ApplyResult> {
    const { object, created } = await writer.cluster.apply(identityOf(identity), body, {
      fieldManager: writer.manager,
      force,
      ...asEnvironment(writer),
    });
    return { kind: 'applied', object, created, takenFrom };
  }
}

/**
 * Creates the Job of a hook. Never forced: a Job that is there under the name already is answered
 * as it is, and one that somebody else made is a conflict.
 */
export async function createJob(
  writer: Writer,
  job: ObjectIdentity,
  body: Uint8Array | string,
): Promise<KubernetesObject> {
  const { object } = await writer.cluster.apply(identityOf(job), body, {
    fieldManager: writer.manager,
    force: false,
    ...asEnvironment(writer),
  });
  return object;
}

export type DeleteResult = 'deleted' | 'gone' | 'replaced';

/**
 * Deletes one object of the inventory, and only that one: by its uid, and by the resource version
 * last seen. When it changed since, it is looked at again and deleted by uid alone.
 */
export async function deleteObject(
  writer: Writer,
  object: ObjectIdentity & { uid: string },
  seen: Observation | undefined,
): Promise<DeleteResult> {
  const identity = identityOf(object);
  try {
    const version = seen?.uid === object.uid ? { resourceVersion: seen.resourceVersion } : {};
    await writer.cluster.delete(identity, {
      uid: object.uid,
      ...version,
      ...asEnvironment(writer),
    });
    return 'deleted';
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    if (error.kind === 'not-found' || error.kind === 'no-match') return 'gone';
    if (error.kind !== 'conflict') throw error;
  }
  try {
    const live = await writer.cluster.get(identity, { metadataOnly: true, ...writer.limits() });
    if (live.metadata.uid !== object.uid) return 'replaced';
    await writer.cluster.delete(identity, { uid: object.uid, ...asEnvironment(writer) });
    return 'deleted';
  } catch (error) {
    if (error instanceof ClusterError && error.kind === 'not-found') return 'gone';
    throw error;
  }
}

/** Makes sure of a namespace under our manager. Never pruned; made with the loop's own identity, since the environment's may not exist yet. */
export async function ensureNamespace(writer: Writer, name: string): Promise<void> {
  const body = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: {
        'codex-k8s.dev/project': writer.target.project,
        'codex-k8s.dev/environment': writer.target.name,
      },
    },
  });
  try {
    await writer.cluster.apply({ apiVersion: 'v1', kind: 'Namespace', name }, body, {
      fieldManager: writer.manager,
      force: true,
      ...writer.limits(),
    });
  } catch (error) {
    // An identity that may not write namespaces works in one that somebody made for it.
    if (!(error instanceof ClusterError) || error.kind !== 'forbidden') throw error;
  }
}

function asEnvironment(writer: Writer): RequestOptions {
  const impersonate = impersonationOf(writer.target);
  return { ...writer.limits(), ...(impersonate === undefined ? {} : { impersonate }) };
}

/** The service account an environment writes as, in the words of the API server. */
export function impersonationOf(target: EnvironmentTarget): Impersonation | undefined {
  const { serviceAccount } = target;
  if (serviceAccount === undefined) return undefined;
  const slash = serviceAccount.indexOf('/');
  const namespace = slash === -1 ? target.namespace : serviceAccount.slice(0, slash);
  const name = serviceAccount.slice(slash + 1);
  return {
    user: `system:serviceaccount:${namespace}:${name}`,
    groups: [
      'system:serviceaccounts',
      `system:serviceaccounts:${namespace}`,
      'system:authenticated',
    ],
  };
}

/** What went wrong with one object, for people: never a value of a Secret (the connection sees to it). */
export function failureMessage(object: ObjectIdentity, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.includes(subjectOf(object)) ? message : `${subjectOf(object)}: ${message}`;
}
