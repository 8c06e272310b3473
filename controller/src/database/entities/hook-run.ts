import { defineEntity, p } from '@mikro-orm/core';
import { indexBySql, oneOf, timeOfRow } from './columns.ts';
import { Environment } from './environment.ts';

const schema = defineEntity({
  name: 'HookRun',
  tableName: 'hook_runs',
  schema: 'core',
  checks: [
    oneOf('hook_runs', 'type', ['hook', 'migration']),
    oneOf('hook_runs', 'run', ['once-per-content', 'once-per-revision']),
    oneOf('hook_runs', 'state', ['running', 'succeeded', 'failed']),
    oneOf('hook_runs', 'delete_policy', ['beforeNextRun', 'afterSuccess', 'never']),
  ],
  indexes: [
    indexBySql(
      'create index hook_runs_hook_idx on core.hook_runs (environment_id, stack, unit, hook, sequence)',
    ),
  ],
  properties: {
    environment: () =>
      p
        .manyToOne(Environment)
        .mapToPk()
        .primary()
        .deleteRule('cascade')
        .updateRule('no action')
        .foreignKeyName('hook_runs_environment_id_fkey')
        .index(false),
    jobUid: p.text().primary(),
    sequence: p.bigint('number').autoincrement(),
    stack: p.text(),
    unit: p.text(),
    hook: p.text(),
    type: p.text(),
    run: p.text(),
    key: p.text(),
    revision: p.text(),
    clusterUid: p.text(),
    namespace: p.text(),
    job: p.text(),
    attempt: p.integer(),
    state: p.text(),
    failedPods: p.integer().default(0),
    deletePolicy: p.text(),
    startedAt: p.text(),
    finishedAt: p.text().nullable(),
    message: p.text().nullable(),
    logTail: p.text().nullable(),
    recordedAt: timeOfRow(),
    updatedAt: timeOfRow(),
    released: p.boolean().default(false),
  },
});

/** A Job that ran, or runs, for a hook or migration. */
export class HookRun extends schema.class {}
schema.setClass(HookRun);
