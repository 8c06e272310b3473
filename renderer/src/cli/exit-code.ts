/** Exit codes; those from 64 on are as sysexits.h has them. */
export const exitCodes = {
  fine: 0,
  /** The input has errors, or a file could not be read or written. */
  input: 1,
  /** Asked by `--exit-code`: there are differences. */
  differences: 2,
  /** The command line is wrong. */
  usage: 64,
  /** Something remote – a registry, a download – is unavailable. */
  unavailable: 69,
  /** A fault of ours. */
  software: 70,
} as const;

/** What each exit code means, for help texts and the reference page. */
export const exitCodeMeanings: readonly (readonly [number, string])[] = [
  [exitCodes.fine, 'fine'],
  [exitCodes.input, 'errors in the input'],
  [exitCodes.differences, 'differences, where --exit-code asks for it'],
  [exitCodes.usage, 'wrong command line'],
  [exitCodes.unavailable, 'something remote is unavailable'],
  [exitCodes.software, 'a fault of the renderer'],
];

/** Ends a command with a message and an exit code. */
export class CliError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = exitCodes.usage, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
