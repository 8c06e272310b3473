export { ensurePostgresBinaries } from './binaries.ts';
export { sharedPostgres, type SharedPostgres } from './shared.ts';
export { startPostgres, type Postgres, type StartPostgresOptions } from './start.ts';
export type { Unprivileged } from './unprivileged.ts';
export type { CreateDatabaseOptions, TestDatabase } from './databases.ts';
