export { openChangeStream } from './changes.ts';
export type { ChangeEvent, ChangeStream } from './changes.ts';
export { stateDiff, stateRepositoryRow } from './diffs.ts';
export type { DiffPorts, DiffView } from './diffs.ts';
export { listEnvironments, listObjects } from './environments.ts';
export type { EnvironmentView, ObjectView } from './environments.ts';
export { getRun, listRuns, stepNames } from './runs.ts';
export type { Page, RunDetailView, RunFilter, RunStep, RunView } from './runs.ts';
