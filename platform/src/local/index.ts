export { openDataDirectory, readOrCreateToken } from './data-directory.ts';
export type { DataDirectory } from './data-directory.ts';
export { createNarrator, duration } from './narrator.ts';
export type { Narrator } from './narrator.ts';
export { pushSample, registerSample } from './sample.ts';
export type { Sample } from './sample.ts';
