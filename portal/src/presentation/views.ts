import type { StaffApi } from '@codex-k8s/schema';

type Schemas = StaffApi.components['schemas'];

export type EnvironmentView = Schemas['EnvironmentView'];
export type Condition = Schemas['Condition'];
export type ObjectView = Schemas['ObjectView'];
export type RunView = Schemas['RunView'];
export type RunDetailView = Schemas['RunDetailView'];
export type RunStatus = Schemas['RunStatus'];
export type StepName = Schemas['StepName'];
export type Diagnostic = Schemas['Diagnostic'];
export type DiffView = Schemas['DiffView'];
export type FileDiff = Schemas['FileDiff'];
export type Readiness = Schemas['Readiness'];
