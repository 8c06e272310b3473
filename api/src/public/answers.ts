import { apiCodes, errorBody, type ApiCode } from '../errors/index.ts';
import type { DeliveryReceipt } from './ports.ts';

/** An answer ready to be written: its bytes are made once where they never differ. */
export interface Answer {
  status: number;
  body: string;
  /** Seconds after which the sender may try again. */
  retryAfter?: number;
}

const prepared = new Map<ApiCode, Answer>();

/** The answer for a code; it never depends on the request, so nothing of it is echoed. */
export function errorAnswer(code: ApiCode): Answer {
  let answer = prepared.get(code);
  if (!answer) {
    const { status } = apiCodes[code];
    const body = JSON.stringify(errorBody(code));
    answer = status === 503 ? { status, body, retryAfter: 5 } : { status, body };
    prepared.set(code, answer);
  }
  return answer;
}

/** 202 before any work, 200 with the reason when there is none to do. */
export function receiptAnswer({ status, reason, correlationId }: DeliveryReceipt): Answer {
  if (status === 'accepted') {
    return { status: 202, body: JSON.stringify({ status, correlation_id: correlationId }) };
  }
  const why =
    reason ?? (status === 'duplicate' ? 'this delivery was recorded before' : 'nothing to do');
  return {
    status: 200,
    body: JSON.stringify({ status, reason: why, correlation_id: correlationId }),
  };
}
