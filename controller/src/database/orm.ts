import { Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import { Kysely, PostgresDialect } from 'kysely';
import type { PostgresCursor, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import { entities } from './entities/index.ts';
import { migrations } from './migrations/index.ts';
import type { Session } from './session.ts';

/** The ORM of the platform. */
export type Orm = MikroORM;

/** Where migrations are recorded. */
export const migrationsTable = 'schema_migrations';

/**
 * The ORM over our own connections: `acquire` is asked for one whenever the ORM wants one, so that
 * its statements and ours share the pool, the guard and, inside a transaction, the connection.
 * PGlite is PostgreSQL behind another connection: one driver serves both.
 */
export function createOrm(acquire: () => Promise<Session>): Promise<Orm> {
  return MikroORM.init({
    driverOptions: dialectOver(acquire),
    dbName: 'codex_k8s',
    entities: [...entities],
    extensions: [Migrator],
    migrations: {
      migrationsList: [...migrations],
      tableName: migrationsTable,
      snapshot: false,
      disableForeignKeys: false,
      silent: true,
    },
    forceUtcTimezone: true,
    ensureDatabase: false,
    logger: () => {},
  });
}

/** A transaction context for the ORM on one given connection. */
export const transactionContext = (session: Session): Kysely<unknown> =>
  new Kysely({ dialect: dialectOver(() => Promise.resolve(session)) });

const dialectOver = (acquire: () => Promise<Session>): PostgresDialect =>
  new PostgresDialect({
    pool: {
      connect: async () => clientOver(await acquire()),
      end: () => Promise.resolve(),
      options: {},
    },
  });

function clientOver(session: Session): PostgresPoolClient {
  function query<R>(sql: string, params: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  function query<R>(
    sql: string | PostgresCursor<R>,
    params?: readonly unknown[],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    // Streams would hold the one connection of PGlite for as long as their reader likes.
    if (typeof sql !== 'string')
      throw new TypeError('the ORM asked for a cursor: read in pages instead');
    return run<R>(sql, params);
  }
  async function run<R>(
    sql: string,
    params: readonly unknown[] | undefined,
  ): Promise<PostgresQueryResult<R>> {
    const { rows, affected, command } = await session.run<R & object>({
      sql,
      params,
      style: 'orm',
    });
    return {
      rows,
      rowCount: affected,
      command: commands.find((known) => known === command) ?? 'SELECT',
    };
  }
  return { query, release: () => session.release() };
}

const commands = ['UPDATE', 'DELETE', 'INSERT', 'SELECT', 'MERGE'] as const;
