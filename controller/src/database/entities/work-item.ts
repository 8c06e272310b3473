import { defineEntity, p } from '@mikro-orm/core';
import { counter, document, indexBySql, oneOf, serial, timeOfRow } from './columns.ts';

const schema = defineEntity({
  name: 'WorkItem',
  tableName: 'work_items',
  schema: 'core',
  indexes: [
    indexBySql(
      `create unique index work_items_state_key on core.work_items (kind, key) where class = 'state'`,
    ),
    indexBySql(
      `create unique index work_items_event_key on core.work_items (kind, idempotency_key) where class = 'event'`,
    ),
    indexBySql(
      `create index work_items_ready_idx on core.work_items (kind, project_id, lane, position) where status = 'ready'`,
    ),
    indexBySql(
      `create index work_items_held_idx on core.work_items (kind, project_id, key) where class = 'event' and status in ('leased', 'parked')`,
    ),
    indexBySql(
      `create index work_items_retried_idx on core.work_items (kind, project_id, key) where class = 'event' and status = 'ready' and attempts > 0`,
    ),
    indexBySql(
      `create index work_items_due_idx on core.work_items (status, due_at) where status in ('ready', 'leased', 'parked')`,
    ),
    indexBySql(
      `create index work_items_wake_idx on core.work_items using gin (wake_on) where status = 'parked'`,
    ),
  ],
  checks: [
    oneOf('work_items', 'class', ['state', 'event']),
    oneOf('work_items', 'lane', ['default', 'short']),
    oneOf('work_items', 'status', ['ready', 'leased', 'parked', 'done', 'failed']),
    {
      name: 'work_items_event_check',
      expression: `class = 'state' or idempotency_key is not null`,
    },
  ],
  properties: {
    id: serial(),
    class: p.text().$type<'state' | 'event'>(),
    kind: p.text(),
    key: p.text(),
    lane: p.text().$type<'default' | 'short'>().default('default'),
    projectId: p.uuid().default('00000000-0000-0000-0000-000000000000'),
    idempotencyKey: p.text().nullable(),
    payload: document<Record<string, unknown>>('{}'),
    generation: counter().defaultRaw('1'),
    claimedGeneration: counter().defaultRaw('0'),
    status: p.text().$type<'ready' | 'leased' | 'parked' | 'done' | 'failed'>().default('ready'),
    position: counter()
      .defaultRaw(`nextval('core.work_items_id_seq')`)
      .ignoreSchemaChanges('default'),
    dueAt: timeOfRow(),
    attempts: p.integer().default(0),
    leaseOwner: p.text().nullable(),
    fencingToken: counter().defaultRaw('0'),
    claimSnapshot: p.text().nullable(),
    wakeOn: p.array().columnType('text[]').defaultRaw(`'{}'`),
    lastError: p.json<unknown>().nullable(),
    createdAt: timeOfRow(),
    updatedAt: timeOfRow(),
  },
});

/** A row of the work queue; only the queue room writes it. */
export class WorkItem extends schema.class {}
schema.setClass(WorkItem);
