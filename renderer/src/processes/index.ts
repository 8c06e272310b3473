export { runProgram, type ProgramEnd, type ProgramLimits, type RunOptions } from './run-program.ts';
