export { createApplyLoop } from './apply/index.ts';
export { passCheckpoint } from './checkpoints/index.ts';
export type { Checkpoint, CheckpointName } from './checkpoints/index.ts';
export { openDatabase } from './database/index.ts';
export type { Database, Tx } from './database/index.ts';
export { createDeliveryIntake } from './deliveries/index.ts';
export { createOpenRepositories, startApplyRole, startControllerRole } from './engine/index.ts';
export type { OpenRepositories, RunningRole } from './engine/index.ts';
export { CodexError, errorData } from './errors/index.ts';
export type { ErrorData } from './errors/index.ts';
export { connectCluster } from './kubernetes/index.ts';
export type { ClusterConnection, KubernetesObject } from './kubernetes/index.ts';
export {
  ensureEnvironment,
  ensureProject,
  ensureSourceRepository,
  ensureStateRepository,
  openRepositoryDirectory,
} from './projects/index.ts';
export { createLocalRepository } from './providers/index.ts';
export { releaseAllLeases } from './queue/index.ts';
export { repositoryRef } from './runs/index.ts';
export { createSecretStore, loadOrCreateKeyFile } from './secrets/index.ts';
export type { SecretStore } from './secrets/index.ts';
export type { FileDiff } from './state-repo/index.ts';
export type { Telemetry } from './telemetry/index.ts';
export { interpretDelivery } from './triggers/index.ts';
export {
  getRun,
  listEnvironments,
  listObjects,
  listRuns,
  openChangeStream,
  stateDiff,
  stateRepositoryRow,
} from './views/index.ts';
export type {
  ChangeEvent,
  EnvironmentView,
  ObjectView,
  RunDetailView,
  RunView,
} from './views/index.ts';
