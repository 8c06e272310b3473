export type {
  DeliveryReceipt,
  VerifiedDelivery,
  WebhookPorts,
  WebhookRepository,
} from './ports.ts';
export {
  createPublicServer,
  webhookPath,
  type PublicServer,
  type PublicServerOptions,
} from './server.ts';
