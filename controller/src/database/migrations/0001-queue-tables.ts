/** The work queue (design §6): `controller/src/queue` says what the columns mean. */
export const queueTables = [
  // `due_at` is when a worker may take the item next: ready from then on, leased until then (the
  // lease's end), parked until then (its deadline, or infinity).
  `create table core.work_items (
    id bigserial primary key,
    class text not null constraint work_items_class_check check (class in ('state', 'event')),
    kind text not null,
    key text not null,
    lane text not null default 'default' constraint work_items_lane_check check (lane in ('default', 'short')),
    project_id uuid not null default '00000000-0000-0000-0000-000000000000',
    idempotency_key text,
    payload jsonb not null default '{}',
    generation bigint not null default 1,
    claimed_generation bigint not null default 0,
    status text not null default 'ready' constraint work_items_status_check check (status in ('ready', 'leased', 'parked', 'done', 'failed')),
    position bigint not null default nextval('core.work_items_id_seq'),
    due_at timestamptz not null default now(),
    attempts integer not null default 0,
    lease_owner text,
    fencing_token bigint not null default 0,
    claim_snapshot text,
    wake_on text[] not null default '{}',
    last_error jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint work_items_event_check check (class = 'state' or idempotency_key is not null)
  ) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500)`,
  `create unique index work_items_state_key on core.work_items (kind, key) where class = 'state'`,
  `create unique index work_items_event_key on core.work_items (kind, idempotency_key) where class = 'event'`,
  `create index work_items_ready_idx on core.work_items (kind, project_id, lane, position) where status = 'ready'`,
  `create index work_items_held_idx on core.work_items (kind, project_id, key) where class = 'event' and status in ('leased', 'parked')`,
  `create index work_items_retried_idx on core.work_items (kind, project_id, key) where class = 'event' and status = 'ready' and attempts > 0`,
  `create index work_items_due_idx on core.work_items (status, due_at) where status in ('ready', 'leased', 'parked')`,
  `create index work_items_wake_idx on core.work_items using gin (wake_on) where status = 'parked'`,
  // When each topic was last announced, so that an item that parks just then is not left asleep.
  `create table core.work_topics (
    topic text primary key,
    woken_by text,
    updated_at timestamptz not null default now()
  )`,
  `create index work_topics_updated_idx on core.work_topics (updated_at)`,
];
