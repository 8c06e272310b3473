export { formatAge, formatDuration } from './durations.ts';
export { parsePatch, type Hunk, type Patch, type PatchLine } from './patch.ts';
export { layOutTimeline, totalDuration, type StepState, type TimelineStep } from './timeline.ts';
export type {
  Condition,
  Diagnostic,
  DiffView,
  EnvironmentView,
  FileDiff,
  ObjectView,
  Readiness,
  RunDetailView,
  RunStatus,
  RunView,
  StepName,
} from './views.ts';
export {
  count,
  describeHealth,
  describeRun,
  describeSync,
  hintOf,
  placeOf,
  shortCommit,
  shortRef,
  summarise,
  type Standing,
} from './words.ts';
