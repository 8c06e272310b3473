export { gitCodes } from './codes.ts';
export type { GitCode } from './codes.ts';
export { gitError, isGitError } from './git-error.ts';
export { initBareRepository } from './init.ts';
export {
  DIRECTORY_MODE,
  EMPTY_TREE,
  FILE_MODE,
  ZERO_OID,
  isOid,
  makeCommit,
  makeObject,
  makeTree,
  parseTrailers,
} from './object-format.ts';
export type { GitCommit, GitIdentity, GitObject, ObjectType, TreeEntry } from './object-format.ts';
export { gitProcessEnvironment } from './process-environment.ts';
export { isRefName } from './ref-names.ts';
export type { RefChange } from './ref-updater.ts';
export { createGitRemote } from './remote.ts';
export type { GitRemote, GitRemoteOptions, PushAnswer, PushChange } from './remote.ts';
export { openGitRepository } from './repository.ts';
export type { GitRepository, GitRepositoryOptions, RefUpdate, TreeFile } from './repository.ts';
export { runGit } from './run-git.ts';
export type { GitAnswer } from './run-git.ts';
