export type {
  ApplyLedger,
  DesiredState,
  PlanReading,
  RecordedContent,
  RecordedEnvironment,
  WorkSource,
} from './ports.ts';
export type {
  AppliedObject,
  ApplyOutcome,
  ApplyReport,
  ApplyWork,
  ConditionType,
  EnvironmentCondition,
  EnvironmentHealth,
  EnvironmentTarget,
  HookRun,
  HookRunState,
  ObjectAction,
  ObjectChange,
  ObjectHealth,
  ObjectIdentity,
  StackState,
  StackStateName,
} from './types.ts';
export { applyErrors } from './codes.ts';
export type { ApplyErrorCode } from './codes.ts';
export { createApplyLoop } from './apply-loop.ts';
export type { ApplyLoop, ApplyLoopOptions } from './apply-loop.ts';
export { healthTopic } from './report.ts';
