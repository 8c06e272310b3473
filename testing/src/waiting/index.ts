export { eventually, found, type WaitOptions } from './eventually.ts';
export { failureOf } from './failure-of.ts';
