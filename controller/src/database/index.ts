export { databaseCodes } from './codes.ts';
export { isConcurrencyFailure, isConnectionFailure, sqlState } from './failures.ts';
export { openDatabase } from './open-database.ts';
export { assertNoTransaction } from './transaction-scope.ts';
export type { Database, DatabaseLocation, OpenOptions, Tx } from './types.ts';
