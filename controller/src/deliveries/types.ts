/** What a delivery means, as triggers read it; `ignored` makes no work. */
export type DeliveryIntent =
  | { kind: 'ignored'; reason: string }
  | { kind: 'ref-dirty'; ref: string };

/** A webhook whose signature has been verified. */
export interface IncomingDelivery {
  repositoryId: string;
  /** The provider's id of the delivery: unique for the repository. */
  deliveryId: string;
  event: string;
  /** The parsed body. */
  payload: unknown;
  /** Bytes of the raw body; what waits is bounded by it. */
  rawSize: number;
  intent: DeliveryIntent;
}

/** What became of a delivery. A duplicate has the correlation id of the first. */
export interface DeliveryReceipt {
  status: 'accepted' | 'duplicate' | 'ignored';
  correlationId: string;
  reason?: string;
}

/** The queue kind of accepted deliveries. */
export const deliveryKind = 'delivery';

/** What the queue row of an accepted delivery carries. */
export interface DeliveryWork {
  repositoryId: string;
  deliveryId: string;
  correlationId: string;
  intent: DeliveryIntent;
}
