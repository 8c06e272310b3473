export { claimWork } from './claim.ts';
export type { Claim, ClaimRequest } from './claim.ts';
export type { Ask } from './claim-decision.ts';
export { queueCodes } from './codes.ts';
export { enqueueEvent, enqueueState } from './enqueue.ts';
export type { EventRequest, StateRequest } from './enqueue.ts';
export { FencingLost } from './failures.ts';
export { finishWork } from './finish.ts';
export {
  beginEpoch,
  recoverWork,
  releaseAllLeases,
  releaseLeases,
  renewLeases,
  retryFailed,
} from './leases.ts';
export { workChannel } from './types.ts';
export type { Lane, Outcome, RecordWork, WorkClass, WorkItem } from './types.ts';
export { wake } from './wake.ts';
export { createWorker } from './worker.ts';
export type {
  BatchKind,
  SingleKind,
  Worker,
  WorkContext,
  WorkerOptions,
} from './worker-options.ts';
