import { p } from '@mikro-orm/core';

/** A point in time. */
export const time = () => p.datetime().columnType('timestamptz');

/** A point in time that the database fills with now. */
export const timeOfRow = () => time().defaultRaw('now()');

/** A jsonb document with an empty one as default. */
export const document = <T>(empty: '{}' | '[]') => p.json<T>().defaultRaw(`'${empty}'`);

/** A counter: a bigint that stays far below 2^53. */
export const counter = () => p.bigint('number');

/** The number of a row. */
export const serial = () => p.bigint('number').primary().autoincrement();

/** A check of a column against a list of values, named as PostgreSQL names it. */
export const oneOf = (table: string, column: string, values: readonly string[]) => ({
  name: `${table}_${column}_check`,
  expression: `${column} in (${values.map((value) => `'${value}'`).join(', ')})`,
});

/** An index by its SQL: partial ones and descending columns have no other notation. */
export const indexBySql = (expression: string) => ({
  name: expression.split(' ')[expression.startsWith('create unique') ? 3 : 2] ?? '',
  expression,
});
