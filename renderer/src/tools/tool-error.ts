/** What can be wrong with the tools themselves. */
export type ToolProblem =
  /** Nobody offers the program: not the publisher, not Go. */
  | 'unavailable'
  /** The file is not what its publisher, or the record beside it, says. */
  | 'wrong-checksum'
  /** Go could not build it. */
  | 'build-failed';

/** A tool that cannot be had or cannot be trusted; says what to do. */
export class ToolError extends Error {
  readonly problem: ToolProblem;
  readonly hint: string;

  constructor(problem: ToolProblem, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
    this.hint = hint;
  }
}
