import type { Tx } from '../database/index.ts';
import type { Lane } from './types.ts';
import { workChannel } from './types.ts';

/** "Bring (kind, key) up to date." */
export interface StateRequest {
  kind: string;
  key: string;
  projectId?: string | undefined;
  /** Replaces the former one; left out, the former one stays. */
  payload?: Record<string, unknown>;
  lane?: Lane;
  /** Not before; at once when left out. */
  dueAt?: Date;
}

/** "This happened." */
export interface EventRequest {
  kind: string;
  key: string;
  /** Two events of a kind with the same one are the same event while the first is unfinished. */
  idempotencyKey: string;
  projectId?: string | undefined;
  payload: Record<string, unknown>;
}

/**
 * Asks for state work. Requests for one (kind, key) join: the row's generation grows, and a worker
 * that has it leased will find it ready again. Workers are told when the transaction commits. A
 * transaction that asks for several keys asks in a stable order.
 */
export async function enqueueState(
  tx: Tx,
  request: StateRequest,
): Promise<{ id: string; generation: number }> {
  const [row] = await tx.query<{ id: string; generation: number }>(upsertState, [
    request.kind,
    request.key,
    request.projectId ?? null,
    request.payload === undefined ? null : JSON.stringify(request.payload),
    request.lane ?? 'default',
    request.dueAt ?? null,
    workChannel,
  ]);
  return { id: row?.id ?? '', generation: row?.generation ?? 0 };
}

/**
 * Adds event work, once per idempotency key. Resolves to whether it was added. Events of one
 * (project, kind, key) are worked on in the order in which they were added, one at a time.
 */
export async function enqueueEvent(tx: Tx, request: EventRequest): Promise<boolean> {
  const rows = await tx.query(insertEvent, [
    request.kind,
    request.key,
    request.idempotencyKey,
    request.projectId ?? null,
    JSON.stringify(request.payload),
    workChannel,
  ]);
  return rows.length > 0;
}

/** Work without a project is one more project among the others. */
export const noProject = '00000000-0000-0000-0000-000000000000';

const upsertState = `
with item as (
  insert into core.work_items as w (class, kind, key, project_id, payload, lane, due_at)
  values ('state', $1, $2, coalesce($3::uuid, '${noProject}'), coalesce($4::jsonb, '{}'), $5, coalesce($6::timestamptz, now()))
  on conflict (kind, key) where class = 'state' do update set
    generation = w.generation + 1,
    project_id = excluded.project_id,
    payload = coalesce($4::jsonb, w.payload),
    lane = excluded.lane,
    status = case when w.status = 'leased' then 'leased' else 'ready' end,
    due_at = case w.status when 'leased' then w.due_at when 'ready' then least(w.due_at, excluded.due_at) else excluded.due_at end,
    position = case when w.status in ('ready', 'leased') then w.position else excluded.position end,
    wake_on = '{}',
    updated_at = now()
  returning id, kind, generation
)
select id::text, generation, pg_notify($7, kind) from item`;

// Whoever adds to a key waits for others that add to it: numbers are given out in the order of the
// commits, so an event that is visible has no older one still to come.
const insertEvent = `
with turn as materialized (select pg_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 7))),
item as (
  insert into core.work_items (class, kind, key, idempotency_key, project_id, payload)
  select 'event', $1, $2, $3, coalesce($4::uuid, '${noProject}'), $5::jsonb from turn
  on conflict (kind, idempotency_key) where class = 'event' do nothing
  returning kind
)
select pg_notify($6, kind) from item`;
