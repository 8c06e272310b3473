export { runInLanes } from './lanes.ts';
export { startParts } from './parts.ts';
export type { Stop } from './parts.ts';
export type { Counts } from './lane-messages.ts';
