export { startProgram } from './program/index.ts';
export type { Program, ProgramOptions } from './program/index.ts';
