export { projectCodes } from './codes.ts';
export { openRepositoryDirectory, repositoriesChannel } from './directory.ts';
export type { KnownRepository, RepositoryDirectory } from './directory.ts';
export {
  ensureEnvironment,
  ensureProject,
  ensureSourceRepository,
  ensureStateRepository,
} from './register.ts';
export type { EnvironmentSettings, RepositorySettings, SourceSettings } from './register.ts';
