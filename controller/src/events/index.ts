export { flowEventsChannel, recordEvents } from './record.ts';
export type { ActorType, FlowEvent } from './record.ts';
