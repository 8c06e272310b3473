import { CodexError } from '../errors/index.ts';
import { sourceCodes } from './codes.ts';
import type { SourceCode } from './codes.ts';

/** An error of this room: names the repository and what to do next. */
export function sourceError(
  code: SourceCode,
  repository: string,
  message: string,
  where: Record<string, string> = {},
): CodexError {
  return new CodexError({
    code,
    message: `${repository}: ${message}`,
    where: { repository, ...where },
    hint: sourceCodes[code].hint,
  });
}
