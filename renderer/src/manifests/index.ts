export { fileSource } from './file-source.ts';
export { isRemote } from './is-remote.ts';
export type { ManifestScope, ManifestSource } from './manifest-source.ts';
export { parsePrinted } from './printed-text.ts';
export type { ManifestPrograms, ProgramOutcome, ProgramRequest } from './programs.ts';
export { reportYaml } from './read-manifests.ts';
export { printedObjects, type ProgramRun } from './run-programs.ts';
