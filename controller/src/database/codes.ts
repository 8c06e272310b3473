/** What can go wrong between the rooms and the database. */
export const databaseCodes = {
  'CK-DB-001': {
    title: 'A second use of the database, or a network port, inside a transaction',
    hint: 'use only the `tx` handed to the callback; do network work before or after the transaction',
  },
  'CK-DB-002': {
    title: 'A transaction was used after it had ended',
    hint: 'await every statement inside the callback of inTransaction',
  },
  'CK-DB-003': {
    title: 'A statement failed inside a transaction and its error was swallowed',
    hint: 'let the error out of the callback: the transaction cannot be committed any more',
  },
  'CK-DB-004': {
    title: 'The embedded database is in use by another process',
    hint: 'stop the other process, or choose another data directory',
  },
  'CK-DB-005': {
    title: 'The database has no pgvector extension',
    hint: 'install pgvector on the server (image pgvector/pgvector), or let an admin run `create extension vector`',
  },
  'CK-DB-006': {
    title: 'The database cannot be reached',
    hint: 'check that it runs and that the address and credentials are right; work goes on when it answers again',
  },
  'CK-DB-007': {
    title: 'A bigint is too large for a JavaScript number',
    hint: 'select it as text: `column::text`',
  },
  'CK-DB-008': {
    title: 'The database is of a newer version of the platform',
    hint: 'start the version that migrated it, or a newer one',
  },
  'CK-DB-009': {
    title: 'The database has been closed',
    hint: 'stop what uses it before closing it',
  },
} as const;

/** A code of this room. */
export type DatabaseCode = keyof typeof databaseCodes;
