import type { ApiCode } from '../errors/index.ts';
import { errorAnswer, receiptAnswer, type Answer } from './answers.ts';
import type { DeliveryReceipt, WebhookPorts } from './ports.ts';
import { verifyDelivery } from './verify-delivery.ts';

/** What the route reads from a request. */
export interface IncomingDelivery {
  body: Buffer;
  signature: string | undefined;
  event: string | undefined;
  deliveryId: string | undefined;
}

export interface ReceiveOptions<Intent> {
  ports: WebhookPorts<Intent>;
  /** Deliveries being recorded at once; more are told to come again. */
  maxInFlight: number;
  /** Milliseconds after which the sender is told to come again; GitHub gives up after ten seconds. */
  answerWithinMs: number;
  onError: (error: unknown) => void;
}

/** How a delivery ended, as the label of a metric. */
export type Outcome = DeliveryReceipt['status'] | 'refused' | 'malformed' | 'overloaded' | 'failed';

export type Receive = (incoming: IncomingDelivery) => Promise<{ outcome: Outcome; answer: Answer }>;

const eventPattern = /^[a-z][a-z0-9_]{0,63}$/;
const deliveryPattern = /^[0-9A-Za-z][0-9A-Za-z-]{0,63}$/;

/** The ingress as a function: verify, interpret, record, answer. Nothing unverified gets past the first step. */
export function createReceive<Intent>(options: ReceiveOptions<Intent>): Receive {
  const { ports, maxInFlight, answerWithinMs, onError } = options;
  let inFlight = 0;

  const record = async (
    ...delivery: Parameters<typeof ports.acceptDelivery>
  ): Promise<DeliveryReceipt> => {
    inFlight += 1;
    try {
      return await ports.acceptDelivery(...delivery);
    } finally {
      inFlight -= 1;
    }
  };

  return async ({ body, signature, event, deliveryId }) => {
    try {
      const verified = await verifyDelivery(body, signature, (name) => ports.findRepository(name));
      if (verified.kind === 'refused') return ended('refused', 'CK-API-001');
      if (!eventPattern.test(event ?? '') || !deliveryPattern.test(deliveryId ?? '')) {
        return ended('malformed', 'CK-API-002');
      }
      if (inFlight >= maxInFlight) return ended('overloaded', 'CK-API-005');
      const { repository, payload } = verified;
      const named = { event: event ?? '', deliveryId: deliveryId ?? '' };
      const intent = ports.interpret(named.event, payload);
      const receipt = await within(
        answerWithinMs,
        record({
          repositoryId: repository.id,
          ...named,
          payload,
          rawSize: body.byteLength,
          intent,
        }),
      );
      return { outcome: receipt.status, answer: receiptAnswer(receipt) };
    } catch (error) {
      onError(error);
      return ended('failed', 'CK-API-006');
    }
  };
}

const ended = (outcome: Outcome, code: ApiCode): { outcome: Outcome; answer: Answer } => ({
  outcome,
  answer: errorAnswer(code),
});

/** The work's result, or a rejection when it takes longer; the work itself goes on. */
function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`a delivery was not recorded within ${milliseconds} ms`));
    }, milliseconds);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
