export { migrate } from './migrate.ts';
export { startProgram } from './program.ts';
export type { Program, ProgramOptions } from './program.ts';
export type { Parts } from './parts.ts';
