import type { CliEnvironment } from './config.ts';
import type { Output } from './console.ts';

/** What a command works with. */
export interface CliContext {
  output: Output;
  environment: CliEnvironment;
  /** Says with what exit code the process ends; without a word it is 0. */
  finish(exitCode: number): void;
}
