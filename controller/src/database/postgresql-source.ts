import { Pool } from 'pg';
import type { PoolClient } from 'pg';
import { databaseError, isConnectionFailure } from './failures.ts';
import { createNotificationClient } from './postgresql-listener.ts';
import { pgParsers } from './row-values.ts';
import type { Session, SessionSource, Statement, StatementResult } from './session.ts';

/** How a pool of PostgreSQL connections is opened. */
export interface PostgresqlOptions {
  url: string;
  poolSize: number;
  applicationName: string;
}

// A statement of the platform takes milliseconds: what takes longer than these waits for something
// that should not be waited for in a transaction.
const limits = {
  statement_timeout: 30_000,
  lock_timeout: 10_000,
  idle_in_transaction_session_timeout: 30_000,
  connectionTimeoutMillis: 10_000,
  // Planning the queue's statements anew each time costs five times what running them costs.
  options: '-c plan_cache_mode=force_generic_plan',
} as const;

// Statements are constants of the program; should one be built from data after all, it must not
// fill the server's memory.
const mostPrepared = 500;

/** Connections to a PostgreSQL server. */
export function createPostgresqlSource(options: PostgresqlOptions): SessionSource {
  const pool = new Pool({
    connectionString: options.url,
    application_name: options.applicationName,
    max: options.poolSize,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    ...limits,
  });
  // An idle connection that breaks is replaced by the pool; its error has nobody else to go to.
  pool.on('error', () => {});
  const notifications = createNotificationClient({
    url: options.url,
    applicationName: `${options.applicationName} listen`,
  });
  const prepared = new Map<string, string>();
  const nameOf = (sql: string): string | undefined => {
    if (!prepared.has(sql) && prepared.size < mostPrepared) prepared.set(sql, `s${prepared.size}`);
    return prepared.get(sql);
  };
  let closed = false;
  return {
    kind: 'postgresql',
    async acquire() {
      if (closed) throw databaseError('CK-DB-009', 'the database has been closed');
      try {
        return sessionOver(await pool.connect(), nameOf);
      } catch (cause) {
        throw isConnectionFailure(cause)
          ? databaseError(
              'CK-DB-006',
              `PostgreSQL at ${safeAddress(options.url)} cannot be reached: ${messageOf(cause)}`,
              { cause },
            )
          : cause;
      }
    },
    listen: (channel, listener, onReconnect) =>
      notifications.listen(channel, listener, onReconnect),
    async close() {
      closed = true;
      await notifications.close();
      await pool.end();
    },
  };
}

function sessionOver(client: PoolClient, nameOf: (sql: string) => string | undefined): Session {
  // A client that is checked out has nobody listening: without this a dropped connection ends the process.
  let failure: Error | undefined;
  const onError = (error: Error): void => {
    failure = error;
  };
  client.on('error', onError);
  return {
    async run<R extends object>({ sql, params, style }: Statement): Promise<StatementResult<R>> {
      // What the ORM sends holds its values in its text: nothing to prepare.
      const name = style === 'plain' && params !== undefined ? nameOf(sql) : undefined;
      try {
        const result = await client.query<R>({
          text: sql,
          ...(params === undefined ? {} : { values: [...params] }),
          ...(name === undefined ? {} : { name }),
          types: pgParsers[style],
        });
        return { rows: result.rows, affected: result.rowCount ?? 0, command: result.command };
      } catch (error) {
        // Another version of the platform migrated a table meanwhile: this connection's plans are of yesterday.
        if (error instanceof Error && error.message.startsWith('cached plan must not change'))
          failure = error;
        throw error;
      }
    },
    release(broken = false) {
      client.removeListener('error', onError);
      client.release(broken || failure !== undefined);
    },
  };
}

/** The address without user and password. */
export function safeAddress(url: string): string {
  try {
    const { host, pathname } = new URL(url);
    return `${host}${pathname}`;
  } catch {
    return 'the configured address';
  }
}

const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message || thrown.name : String(thrown);
