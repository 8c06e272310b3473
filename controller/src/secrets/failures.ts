import { CodexError } from '../errors/index.ts';
import type { SecretCode } from './codes.ts';
import { secretCodes } from './codes.ts';

/** An error of this room. It carries no cause: a parser's or a cipher's error may quote what it read. */
export const secretError = (
  code: SecretCode,
  message: string,
  where: Record<string, string>,
): CodexError => new CodexError({ code, message, where, hint: secretCodes[code].hint });
