export { passCheckpoint } from './checkpoint.ts';
export type { Checkpoint, CheckpointName } from './checkpoint.ts';
