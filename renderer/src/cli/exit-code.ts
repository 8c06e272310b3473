/** Exit codes, as sysexits.h has them. */
export const exitCodes = {
  fine: 0,
  /** The input has errors. */
  input: 1,
  /** The command line is wrong. */
  usage: 64,
  /** A fault of ours. */
  software: 70,
} as const;

/** Ends a command with a message and an exit code. */
export class CliError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = exitCodes.usage) {
    super(message);
    this.exitCode = exitCode;
  }
}
