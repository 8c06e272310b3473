import { describeTree, type CommandNode } from './command-tree.ts';
import { readEnvironment } from './config.ts';
import { createOutput } from './console.ts';
import { createProgram } from './program.ts';

/** The command tree without a command line: for the reference page. */
export function describeProgram(): CommandNode {
  const nowhere = { write: () => true };
  const context = {
    output: createOutput(nowhere, nowhere, 'never'),
    environment: readEnvironment({}),
    finish: () => undefined,
  };
  return describeTree(createProgram(context));
}
