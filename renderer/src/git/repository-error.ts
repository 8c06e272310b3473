/** Why a repository cannot answer; also names of diagnostic codes. */
export type RepositoryProblem =
  | 'no-repository'
  | 'unknown-revision'
  | 'shallow-history'
  | 'unreadable-repository';

/** A repository that does not hold what was asked for. */
export class RepositoryError extends Error {
  readonly problem: RepositoryProblem;
  /** In place of the general hint of the code. */
  readonly hint: string | undefined;

  constructor(
    problem: RepositoryProblem,
    message: string,
    options: { hint?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.problem = problem;
    this.hint = options.hint;
  }
}
