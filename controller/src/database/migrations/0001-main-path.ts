import { mainPathTables } from './0001-main-path-tables.ts';
import { queueTables } from './0001-queue-tables.ts';
import { SqlMigration } from './sql-migration.ts';

/** The tables of the main path: projects, environments, deliveries, runs, state commits, inventory, the queue. */
export class MainPath extends SqlMigration {
  protected readonly steps = [
    'create schema if not exists core',
    'create schema if not exists audit',
    'create extension if not exists vector',
    ...mainPathTables,
    ...queueTables,
    `insert into core.platform_state (key, value) values ('epoch', '1')`,
  ];

  // The extension stays: it may have been there before, and be used by others.
  protected readonly undo = ['drop schema audit cascade', 'drop schema core cascade'];
}
