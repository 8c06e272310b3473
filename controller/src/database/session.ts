/** How values of a row are read: for our own statements, or as the ORM expects them. */
export type RowStyle = 'plain' | 'orm';

/** Rows of one statement, with what the ORM wants to know of them. */
export interface StatementResult<R extends object> {
  rows: R[];
  affected: number;
  command: string;
}

/** One statement with `$1` placeholders. */
export interface Statement {
  sql: string;
  params?: readonly unknown[] | undefined;
  style: RowStyle;
}

/** One connection, held by one user at a time. */
export interface Session {
  /** The type of the rows is the caller's word: it stands beside the SQL that makes it true. */
  run<R extends object>(statement: Statement): Promise<StatementResult<R>>;
  /** Gives the connection back; a broken one is thrown away. */
  release(broken?: boolean): void;
}

/** Where connections come from: a pool, or the one that PGlite has. */
export interface SessionSource {
  readonly kind: 'postgresql' | 'pglite';
  acquire(): Promise<Session>;
  /** Calls `listener` for each notification; `onReconnect` when notifications may have been missed. */
  listen(
    channel: string,
    listener: (payload: string) => void,
    onReconnect?: () => void,
  ): Promise<() => Promise<void>>;
  close(): Promise<void>;
}
