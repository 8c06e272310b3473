import type { EntityManager } from '@mikro-orm/postgresql';

/** What may be done inside a transaction: everything on one connection. */
export interface Tx {
  /** An entity manager of this transaction. */
  readonly em: EntityManager;
  /** One statement with `$1` placeholders. */
  query<R extends object>(sql: string, params?: readonly unknown[]): Promise<R[]>;
}

/**
 * The platform's database. Values of `query` are the same on both kinds: bigint as number (an error
 * beyond 2^53), timestamptz as Date, jsonb parsed, bytea as Buffer. A parameter for a jsonb column
 * is passed as `JSON.stringify(value)`. On PostgreSQL a statement with parameters is prepared once
 * per connection, so its text should be a constant.
 */
export interface Database {
  readonly kind: 'postgresql' | 'pglite';
  /**
   * Runs `work` in one transaction on one connection; commits when it resolves, rolls back when it
   * rejects. Inside, another use of the database or a network port throws CK-DB-001.
   */
  inTransaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** One statement by itself, committed at once. */
  query<R extends object>(sql: string, params?: readonly unknown[]): Promise<R[]>;
  /** A fresh entity manager outside any transaction. */
  em(): EntityManager;
  /**
   * Calls `listener` for each NOTIFY on the channel. After a broken connection came back it calls
   * `onReconnect`: whatever was announced meanwhile was missed.
   *
   * @returns a function that ends it
   */
  listen(
    channel: string,
    listener: (payload: string) => void,
    onReconnect?: () => void,
  ): Promise<() => Promise<void>>;
  /** Applies the migrations that are missing; several processes may do so at once. */
  migrate(): Promise<void>;
  close(): Promise<void>;
}

/** Which database: a PostgreSQL server, or the embedded one in a directory or in memory. */
export type DatabaseLocation =
  | { url: string }
  | { pgliteDirectory: string }
  | { pgliteMemory: true; template?: Blob };

/** How it is opened. */
export interface OpenOptions {
  /** Whether missing migrations are applied first; true by default. */
  migrate?: boolean;
  /** Connections at most; 10 by default. PGlite has one. */
  poolSize?: number;
  /** Shown in pg_stat_activity. */
  applicationName?: string;
}
