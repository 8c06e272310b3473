export { sourceCodes } from './codes.ts';
export type { SourceCode } from './codes.ts';
export { createGitProvider } from './git-provider.ts';
export { createLocalProvider } from './local-provider.ts';
export { createLocalRepository, writeHookSettings } from './local-repository.ts';
export type { LocalHook, LocalRepositoryOptions } from './local-repository.ts';
export type { RepositoryProvider, RepositoryRef } from './repository-provider.ts';
export { createSourceReader } from './source-reader.ts';
