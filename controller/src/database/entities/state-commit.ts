import { defineEntity, p } from '@mikro-orm/core';
import { counter, timeOfRow } from './columns.ts';
import { Environment } from './environment.ts';

const schema = defineEntity({
  name: 'StateCommit',
  tableName: 'state_commits',
  schema: 'core',
  properties: {
    sequence: counter().autoincrement(),
    environment: () =>
      p
        .manyToOne(Environment)
        .mapToPk()
        .primary()
        .deleteRule('cascade')
        .updateRule('no action')
        .foreignKeyName('state_commits_environment_id_fkey')
        .index(false),
    commit: p.text().primary(),
    parent: p.text().nullable(),
    entries: p.json<unknown[]>(),
    adopted: p.boolean().default(false),
    committedAt: timeOfRow(),
  },
});

/** A commit the platform made in a state branch, or adopted after a crash. */
export class StateCommit extends schema.class {}
schema.setClass(StateCommit);
