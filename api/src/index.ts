export { ApiError, apiCodes, type ApiCode, type ErrorBody } from './errors/index.ts';
export type { ListenAddress } from './listening/index.ts';
export { createMetricsRegistry, createTelemetry } from './metrics/index.ts';
export {
  createPrivateServer,
  createProbeServer,
  type PrivateServer,
  type PrivateServerOptions,
} from './private/index.ts';
export {
  createPublicServer,
  webhookPath,
  type DeliveryReceipt,
  type PublicServer,
  type PublicServerOptions,
  type VerifiedDelivery,
  type WebhookPorts,
  type WebhookRepository,
} from './public/index.ts';
export { createLinkMinter, type LinkMinter, type LinkMinterOptions } from './sessions/index.ts';
export type {
  Change,
  ChangeFeed,
  DiffView,
  EnvironmentView,
  ObjectView,
  Readiness,
  ReadinessPart,
  RunDetailView,
  RunFilter,
  RunPage,
  RunStatus,
  RunView,
  StaffViews,
} from './staff/index.ts';
