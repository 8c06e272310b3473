import { CodexError } from '../errors/index.ts';
import { stateCodes } from './codes.ts';
import type { StateCode } from './codes.ts';

/** An error of this room, with the hint of its code. */
export function stateError(
  code: StateCode,
  message: string,
  where: Record<string, string> = {},
  cause?: unknown,
): CodexError {
  return new CodexError(
    { code, message, where, hint: stateCodes[code].hint },
    cause === undefined ? undefined : { cause },
  );
}
