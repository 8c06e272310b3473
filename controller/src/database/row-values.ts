import { types as pgTypes } from 'pg';
import { databaseError } from './failures.ts';

type Parser = (text: string) => unknown;

/**
 * How the values of `query` come back, the same on both databases: bigint as number (an error
 * beyond 2^53), timestamptz as Date, jsonb parsed, bytea as Buffer, date/time/interval/numeric as
 * text, arrays of these likewise.
 */
const plainParsers: Record<number, Parser> = {
  17: (text) => Buffer.from(text.slice(2), 'hex'),
  20: safeInteger,
  114: (text): unknown => JSON.parse(text),
  1016: arrayOf(safeInteger),
  1082: String,
  1083: String,
  1114: String,
  1184: timestamp,
  1185: arrayOf(timestamp),
  1186: String,
  1700: String,
  3802: (text): unknown => JSON.parse(text),
};

// MikroORM converts dates itself and wants them as text.
const ormParsers: Record<number, Parser> = {
  17: (text) => Buffer.from(text.slice(2), 'hex'),
  20: String,
  1082: String,
  1114: String,
  1184: String,
  1186: String,
  1115: arrayOf(String),
  1182: arrayOf(String),
  1185: arrayOf(String),
  1187: arrayOf(String),
};

/** Parsers by type oid for PGlite, which takes a table. */
export const pgliteParsers = { plain: plainParsers, orm: ormParsers } as const;

/** Parsers for `pg`, which asks for one by oid. */
export const pgParsers = {
  plain: {
    getTypeParser: (oid: number, format?: string): Parser =>
      format === 'binary'
        ? defaultParser(oid, 'binary')
        : (plainParsers[oid] ?? defaultParser(oid, 'text')),
  },
  orm: {
    getTypeParser: (oid: number, format?: string): Parser =>
      format === 'binary'
        ? defaultParser(oid, 'binary')
        : (ormParsers[oid] ?? defaultParser(oid, 'text')),
  },
} as const;

const textArrayOid: number = 1009;

const defaultParser = (oid: number, format: 'text' | 'binary'): Parser =>
  pgTypes.getTypeParser(oid, format);

function safeInteger(digits: string): number {
  const value = Number(digits);
  if (!Number.isSafeInteger(value))
    throw databaseError('CK-DB-007', `the bigint ${digits} is beyond 2^53`);
  return value;
}

function timestamp(time: string): Date | number {
  if (time === 'infinity') return Number.POSITIVE_INFINITY;
  if (time === '-infinity') return Number.NEGATIVE_INFINITY;
  // PostgreSQL writes `2026-01-02 03:04:05.678901+00`; the standard wants a T and minutes in the zone.
  return new Date(`${time.replace(' ', 'T')}${/[+-]\d\d$/.test(time) ? ':00' : ''}`);
}

function arrayOf(parse: Parser): Parser {
  return (array) => {
    const items = defaultParser(textArrayOid, 'text')(array);
    return Array.isArray(items)
      ? items.map((item) => (item === null ? null : parse(String(item))))
      : [];
  };
}
