export { runLocally } from './run-locally.ts';
export type { LocalRunOptions } from './run-locally.ts';
