/** `@codex-k8s/testing`: real parts for tests. */
export * from './git/index.ts';
export * from './waiting/index.ts';
export { freePort } from './free-port.ts';
export { temporaryDirectory, type TemporaryDirectory } from './temporary-directory.ts';
export { uniqueName } from './unique-name.ts';
export * from './cluster/index.ts';
export * from './postgres/index.ts';
export * from './processes/index.ts';
