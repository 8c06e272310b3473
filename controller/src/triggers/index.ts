export { createDeliveryHandler } from './deliveries-worker.ts';
export { interpretDelivery } from './interpret.ts';
export type { Intent } from './interpret.ts';
export { markDeliveriesDirty, markSourceDirty } from './mark-dirty.ts';
export type { PushDelivery } from './mark-dirty.ts';
export { requestApply, requestAppliesForPushes } from './state-push.ts';
