/** What the ingress knows about a registered repository. */
export interface WebhookRepository {
  id: string;
  webhookSecret: string;
}

/** A delivery whose signature has been verified; `intent` is what `interpret` made of it. */
export interface VerifiedDelivery<Intent> {
  repositoryId: string;
  /** `X-GitHub-Delivery`; recorded once. */
  deliveryId: string;
  /** `X-GitHub-Event`. */
  event: string;
  payload: unknown;
  /** Bytes of the raw body. */
  rawSize: number;
  intent: Intent;
}

/** What became of a delivery; the correlation id is carried by every later record. */
export interface DeliveryReceipt {
  status: 'accepted' | 'duplicate' | 'ignored';
  correlationId: string;
  /** Why nothing is to be done. */
  reason?: string;
}

/** The use cases behind the ingress. `Intent` is the controller's own value and is only passed on. */
export interface WebhookPorts<Intent> {
  /** Cheap for known and unknown names alike: the answer time must not tell them apart. */
  findRepository(fullName: string): Promise<WebhookRepository | undefined>;
  /** Pure: what the delivery means. */
  interpret(event: string, payload: unknown): Intent;
  /** Records the delivery with its work, at most once per repository and delivery id; rejects when it could not. */
  acceptDelivery(delivery: VerifiedDelivery<Intent>): Promise<DeliveryReceipt>;
}
