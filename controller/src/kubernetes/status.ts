import { ClusterError, type ClusterErrorKind, type StatusCause } from './cluster-error.ts';

interface ParsedStatus {
  message: string | undefined;
  reason: string | undefined;
  causes: StatusCause[];
  retryAfterSeconds: number | undefined;
}

/** What an answer that is not 2xx was about. */
export interface FailedAnswer {
  about: string;
  status: number;
  body: string;
  retryAfter: string | undefined;
  /** Hide every value: the request carried a Secret. */
  confidential: boolean;
}

/** Turns an answer that is not 2xx into a typed error. A body that is no Status is never quoted beyond its first line. */
export function errorOfAnswer(answer: FailedAnswer): ClusterError {
  const parsed = parseStatus(answer.body);
  const kind = kindOf(answer.status, parsed.reason, parsed.message);
  const retryAfterSeconds = Number(answer.retryAfter ?? parsed.retryAfterSeconds ?? Number.NaN);
  return new ClusterError(kind, describe(answer, parsed), {
    about: answer.about,
    status: answer.status,
    causes: answer.confidential
      ? parsed.causes.map(({ reason, field }) => ({ reason, field, message: '' }))
      : parsed.causes,
    ...(parsed.reason === undefined ? {} : { reason: parsed.reason }),
    ...(Number.isFinite(retryAfterSeconds) ? { retryAfterMs: retryAfterSeconds * 1000 } : {}),
  });
}

/** The kind of an error by HTTP status and Status reason; also used for ERROR events of a watch. */
export function kindOf(
  status: number,
  reason: string | undefined,
  message: string | undefined,
): ClusterErrorKind {
  if (reason === 'Expired' || status === 410) return 'gone';
  if (status === 429) return 'throttled';
  if (status === 401) return 'unauthorized';
  // A namespace that is being deleted refuses new objects with 403, and takes them when it is made anew.
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not-found';
  if (status === 409) return 'conflict';
  if (status === 422) return 'invalid';
  // Server-side apply answers 500 without a reason to a payload that does not fit the schema; so
  // does storage that is away, which says what it is.
  if (status === 500 && reason === undefined && message !== undefined) {
    return /etcd|timed? ?out|deadline|leader/iu.test(message) ? 'unavailable' : 'rejected';
  }
  if (status >= 500) return 'unavailable';
  return 'rejected';
}

function describe(answer: FailedAnswer, parsed: ParsedStatus): string {
  const reason = parsed.reason ?? `HTTP ${answer.status}`;
  if (answer.confidential && answer.status !== 409) {
    const fields = parsed.causes.map((cause) => cause.field).filter((field) => field !== '');
    return fields.length === 0 ? reason : `${reason} (${fields.join(', ')})`;
  }
  return parsed.message ?? `${reason}: ${firstLine(answer.body)}`;
}

function firstLine(body: string): string {
  return (body.split('\n', 1)[0] ?? '').slice(0, 200);
}

function parseStatus(body: string): ParsedStatus {
  const status = parseObject(body);
  const details = asObject(status?.['details']);
  const causes = Array.isArray(details?.['causes']) ? details['causes'] : [];
  const retryAfterSeconds = details?.['retryAfterSeconds'];
  return {
    message: asString(status?.['message']),
    reason: asString(status?.['reason']),
    causes: causes.map((entry: unknown) => {
      const cause = asObject(entry);
      return {
        reason: asString(cause?.['reason']) ?? '',
        message: asString(cause?.['message']) ?? '',
        field: asString(cause?.['field']) ?? '',
      };
    }),
    retryAfterSeconds: typeof retryAfterSeconds === 'number' ? retryAfterSeconds : undefined,
  };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The value when it is a plain object. */
export function asObject(value: unknown): Record<string, unknown> | undefined {
  return isRecord(value) ? value : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asString(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
