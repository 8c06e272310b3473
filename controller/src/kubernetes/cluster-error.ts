import { CodexError } from '../errors/index.ts';
import { kubernetesErrors, type KubernetesErrorCode } from './codes.ts';
import type { ObjectReference } from './types.ts';

export type ClusterErrorKind =
  | 'unavailable'
  | 'deadline'
  | 'throttled'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'invalid'
  | 'no-match'
  | 'rejected'
  | 'gone'
  | 'aborted'
  | 'kubeconfig';

const codeOfKind = {
  unavailable: 'CK-K8S-001',
  deadline: 'CK-K8S-002',
  throttled: 'CK-K8S-003',
  unauthorized: 'CK-K8S-004',
  forbidden: 'CK-K8S-005',
  'not-found': 'CK-K8S-006',
  conflict: 'CK-K8S-007',
  invalid: 'CK-K8S-008',
  'no-match': 'CK-K8S-009',
  rejected: 'CK-K8S-010',
  gone: 'CK-K8S-011',
  aborted: 'CK-K8S-012',
  kubeconfig: 'CK-K8S-013',
} as const satisfies Record<ClusterErrorKind, KubernetesErrorCode>;

const retryableKinds = new Set<ClusterErrorKind>(['unavailable', 'deadline', 'throttled', 'gone']);

/** One reason inside a Status: which field, and what about it. */
export interface StatusCause {
  reason: string;
  message: string;
  field: string;
}

export interface ClusterErrorDetails {
  /** HTTP status; absent when there was no answer. */
  status?: number;
  /** `reason` of the Status. */
  reason?: string;
  causes?: StatusCause[];
  /** How long the server asked to wait. */
  retryAfterMs?: number;
  /** What the request was about, for the message and `where`. */
  about: string;
  cause?: unknown;
}

/** Any failure of a request to a cluster; its message never contains data of a Secret. */
export class ClusterError extends CodexError {
  readonly kind: ClusterErrorKind;
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly causes: StatusCause[];
  readonly retryAfterMs: number | undefined;

  constructor(kind: ClusterErrorKind, message: string, details: ClusterErrorDetails) {
    const code = codeOfKind[kind];
    super(
      {
        code,
        message: `${details.about}: ${message}`,
        where: { request: details.about },
        hint: kubernetesErrors[code].hint,
      },
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.name = 'ClusterError';
    this.kind = kind;
    this.status = details.status;
    this.reason = details.reason;
    this.causes = details.causes ?? [];
    this.retryAfterMs = details.retryAfterMs;
  }

  /** Whether the same request may succeed later without anybody changing anything. */
  get retryable(): boolean {
    return retryableKinds.has(this.kind);
  }
}

/** `verb kind/namespace/name`, for messages. */
export function aboutObject(verb: string, reference: ObjectReference): string {
  const namespace = reference.namespace === undefined ? '' : `${reference.namespace}/`;
  return `${verb} ${reference.kind}/${namespace}${reference.name}`;
}
