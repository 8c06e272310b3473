export { eventRows, flowEventsChannel, recordEvents, toldEvents } from './record.ts';
export type { ActorType, FlowEvent } from './record.ts';
