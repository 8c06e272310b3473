import { CodexError } from '../errors/index.ts';
import { gitCodes } from './codes.ts';
import type { GitCode } from './codes.ts';

/** An error of this room: names the repository it happened in and what to do next. */
export function gitError(
  code: GitCode,
  repository: string,
  message: string,
  options: { cause?: unknown; where?: Record<string, string> } = {},
): CodexError {
  return new CodexError(
    {
      code,
      message: `${repository}: ${message}`,
      where: { repository, ...options.where },
      hint: gitCodes[code].hint,
    },
    options.cause === undefined ? undefined : { cause: options.cause },
  );
}

/** Whether the thrown value is an error of this room, with one of the codes when any are given. */
export function isGitError(thrown: unknown, ...codes: GitCode[]): thrown is CodexError {
  if (!(thrown instanceof CodexError)) return false;
  const { code } = thrown.data;
  if (codes.length > 0) return codes.some((one) => one === code);
  return Object.hasOwn(gitCodes, code);
}
