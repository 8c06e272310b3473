export { gitEnvironment } from './environment.ts';
export {
  createGitHttpServer,
  type GitHttpServer,
  type GitHttpServerOptions,
  type GitRequest,
} from './http-server.ts';
export { runGit, type RunGitOptions } from './run-git.ts';
export {
  createBareRepository,
  createWorkClone,
  type WorkClone,
  type WorkCloneOptions,
} from './work-clone.ts';
