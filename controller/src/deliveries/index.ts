export { deliveryCodes } from './codes.ts';
export { createDeliveryIntake } from './intake.ts';
export type { DeliveryIntake, IntakeOptions } from './intake.ts';
export { deliveryKind } from './types.ts';
export type { DeliveryIntent, DeliveryReceipt, DeliveryWork, IncomingDelivery } from './types.ts';
