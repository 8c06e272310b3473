import { CodexError } from '../errors/index.ts';
import type { DatabaseCode } from './codes.ts';
import { databaseCodes } from './codes.ts';

/** An error of this room, with the hint of its code. */
export function databaseError(
  code: DatabaseCode,
  message: string,
  more: { where?: Record<string, string>; cause?: unknown; hint?: string } = {},
): CodexError {
  return new CodexError(
    {
      code,
      message,
      ...(more.where ? { where: more.where } : {}),
      hint: more.hint ?? databaseCodes[code].hint,
    },
    more.cause === undefined ? {} : { cause: more.cause },
  );
}

/** The SQLSTATE of a thrown value, also when it is wrapped; undefined when it has none. */
export function sqlState(thrown: unknown): string | undefined {
  for (let at: unknown = thrown; at instanceof Error; at = at.cause) {
    const code = 'code' in at ? at.code : undefined;
    if (typeof code === 'string' && /^(?=.*\d)[0-9A-Z]{5}$/.test(code)) return code;
  }
  return undefined;
}

/** Whether trying the same transaction again may succeed: deadlock or serialisation failure. */
export function isConcurrencyFailure(thrown: unknown): boolean {
  const state = sqlState(thrown);
  return state === '40P01' || state === '40001' || state === '55P03';
}

const socketCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
]);

/** Whether the database was away: nothing is known about a statement that was under way. */
export function isConnectionFailure(thrown: unknown): boolean {
  const state = sqlState(thrown);
  if (state !== undefined)
    return state.startsWith('08') || state.startsWith('57P') || state === '53300';
  for (let at: unknown = thrown; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string' && socketCodes.has(at.code)) return true;
    if (
      /connection (terminated|timeout)|timeout exceeded when trying to connect|not queryable/i.test(
        at.message,
      )
    )
      return true;
  }
  return false;
}
