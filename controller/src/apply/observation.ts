import { asObject, type KubernetesObject } from '../kubernetes/index.ts';
import { healthOf } from './health.ts';
import { condition, integer, string } from './health-verdict.ts';
import { identityOf, objectKey } from './identity.ts';
import {
  lastForeignWrite,
  ownedFieldsHash,
  rivalEnvironments,
  type ForeignWrite,
} from './managed-fields.ts';
import type { ObjectHealth, ObjectIdentity } from './types.ts';

/** What the loop keeps of an object it saw: enough to judge health and drift, nothing of its content. */
export interface Observation extends ObjectIdentity {
  key: string;
  uid: string;
  resourceVersion: string;
  health: ObjectHealth;
  message?: string;
  /** Undefined: our manager owns nothing of it. */
  ownedFieldsHash?: string;
  foreignWrite?: ForeignWrite;
  /** Ids of other environments that apply it too. */
  rivals: string[];
  labels: Record<string, string>;
  /** Only of Jobs. */
  job?: JobFacts;
}

/** Put on the failed Job of a hook by whoever wants it to run again. */
export const retryAnnotation = 'codex-k8s.dev/retry';

/** What is kept of a Job besides its health. */
export interface JobFacts {
  createdAt: string;
  finishedAt?: string;
  failedPods: number;
  /** Somebody annotated it with `codex-k8s.dev/retry`. */
  retryAsked: boolean;
}

/** Reduces an object to what is kept of it. */
export function observe(object: KubernetesObject, manager: string): Observation {
  const { metadata } = object;
  const identity = identityOf({
    apiVersion: object.apiVersion,
    kind: object.kind,
    name: metadata.name,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
  });
  const verdict = healthOf(object);
  const hash = ownedFieldsHash(metadata, manager);
  const foreignWrite = lastForeignWrite(metadata, manager);
  return {
    ...identity,
    key: objectKey(identity),
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
    health: verdict.status,
    ...(verdict.message === undefined ? {} : { message: verdict.message }),
    ...(hash === undefined ? {} : { ownedFieldsHash: hash }),
    ...(foreignWrite === undefined ? {} : { foreignWrite }),
    rivals: rivalEnvironments(metadata, manager),
    labels: metadata.labels ?? {},
    ...(object.kind === 'Job' ? { job: jobFacts(object) } : {}),
  };
}

function jobFacts(object: KubernetesObject): JobFacts {
  const status = asObject(object['status']);
  const ended = string(status, 'completionTime') ?? condition(status, 'Failed')?.since;
  return {
    createdAt: object.metadata.creationTimestamp ?? '',
    failedPods: integer(status, 'failed') ?? 0,
    retryAsked: object.metadata.annotations?.[retryAnnotation] !== undefined,
    ...(ended === undefined ? {} : { finishedAt: ended }),
  };
}

/**
 * Whether `candidate` is older than `known`. Resource versions of one resource are numbers that
 * grow (KEP-5504); what is no number is taken for newer, so that nothing is missed.
 */
export function isOlder(candidate: string, known: string): boolean {
  if (!/^\d+$/u.test(candidate) || !/^\d+$/u.test(known)) return false;
  return BigInt(candidate) < BigInt(known);
}
