import { createDatabase, type CreateDatabaseOptions, type TestDatabase } from './databases.ts';
import { startPostgres } from './start.ts';

/** A server that several tests use at once: each takes a database of its own. */
export interface SharedPostgres {
  readonly url: string;
  readonly adminUrl: string;
  createDatabase(prefix: string, options?: CreateDatabaseOptions): Promise<TestDatabase>;
}

let shared: Promise<SharedPostgres> | undefined;

/**
 * The PostgreSQL of this test run: the one that `CODEXK8S_TEST_POSTGRES_URL` names (the root test
 * runner sets it), else one for this process, which ends with it.
 */
export function sharedPostgres(): Promise<SharedPostgres> {
  shared ??= findOrStart();
  return shared;
}

async function findOrStart(): Promise<SharedPostgres> {
  const url = process.env['CODEXK8S_TEST_POSTGRES_URL'];
  if (!url) return startPostgres();
  return {
    url,
    adminUrl: url,
    createDatabase: (prefix, options) => createDatabase(url, prefix, options),
  };
}
