export { allCommands, type CommandNode } from './command-tree.ts';
export { describeProgram } from './describe-program.ts';
export { runProgram } from './program.ts';
