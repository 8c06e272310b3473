import { p } from '@mikro-orm/core';

/** A point in time with its default of now. */
export const timeOfRow = () => p.datetime().columnType('timestamptz').defaultRaw('now()');

/** A point in time. */
export const time = () => p.datetime().columnType('timestamptz');

/** A jsonb document with an SQL default. */
export const document = <T>(fallback: '{}' | '[]') => p.json<T>().defaultRaw(`'${fallback}'`);

/** A counter: a bigint that stays far below 2^53. */
export const counter = () => p.bigint('number');

/** A check of a column against a list of values, named as PostgreSQL names it. */
export const oneOf = (table: string, column: string, values: readonly string[]) => ({
  name: `${table}_${column}_check`,
  expression: `${column} in (${values.map((value) => `'${value}'`).join(', ')})`,
});
