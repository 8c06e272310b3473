export { stateCodes } from './codes.ts';
export type { StateCode } from './codes.ts';
export { PLAN_FILE, environmentBranch, isStackName, slotBranch } from './layout.ts';
export { openStateRepository } from './open.ts';
export type { StateRepositoryOptions } from './open.ts';
export type {
  BranchState,
  DiffOptions,
  FileDiff,
  PlanReading,
  PublishRequest,
  PublishResult,
  StackDirectory,
  StateRepository,
} from './state-repository.ts';
export {
  correlationTrailer,
  readTrailers,
  rendererTrailer,
  runTrailer,
  stackTrailer,
} from './trailers.ts';
export type { StackTrailer, StateTrailers, Trailer } from './trailers.ts';
