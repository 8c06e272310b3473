export { createManifestPrograms, type ManifestProgramsOptions } from './create-programs.ts';
