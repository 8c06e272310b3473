import { SqlMigration } from './sql-migration.ts';

/** A failed run of a hook may be released: a person asked for another one. */
export class ReleasedHookRuns extends SqlMigration {
  protected readonly steps = [
    'alter table core.hook_runs add column released boolean not null default false',
  ];

  protected readonly undo = ['alter table core.hook_runs drop column released'];
}
