import type { Database, Tx } from '../database/index.ts';
import { isConcurrencyFailure } from '../database/index.ts';
import type { ErrorData } from '../errors/index.ts';
import { pauseAfter } from './backoff.ts';
import { FencingLost } from './failures.ts';
import { heldItems, tokensOf } from './tokens.ts';
import type { Outcome, WorkItem } from './types.ts';
import { lockTopics } from './wake.ts';

/** Event work is given up after this many attempts unless its kind says otherwise. */
export const defaultMaxAttempts = 20;

/**
 * Finishes claimed items of one kind with one outcome: in one transaction the fencing tokens are
 * checked, the rows settled and the handler's record kept – or nothing of it. State work that was
 * requested again meanwhile is ready again.
 *
 * Rows are locked in one order by all transactions, or two would wait for each other: what a record
 * touches (of an environment its own row first, several environments by id), then the items that
 * are asked for, then the items that are finished.
 *
 * @throws FencingLost when one of the items is no longer held; nothing is recorded then
 */
export async function finishWork(
  db: Database,
  items: readonly WorkItem[],
  outcome: Outcome,
  options: { maxAttempts?: number } = {},
): Promise<void> {
  const maxAttempts = options.maxAttempts ?? defaultMaxAttempts;
  if (outcome.record === undefined && outcome.kind !== 'park' && items.length === 1)
    return settle(db, items, outcome, maxAttempts);
  await repeatOnConcurrency(() =>
    db.inTransaction(async (tx) => {
      if (outcome.kind === 'park') await lockTopics(tx, outcome.wakeOn);
      await outcome.record?.(tx);
      await settle(tx, items, outcome, maxAttempts);
    }),
  );
}

const tries = 4;

// Two finishes may ask for each other's rows in their records; PostgreSQL ends one of them.
async function repeatOnConcurrency(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= tries || !isConcurrencyFailure(error)) throw error;
    }
  }
}

async function settle(
  on: Pick<Tx, 'query'>,
  items: readonly WorkItem[],
  outcome: Outcome,
  maxAttempts: number,
): Promise<void> {
  const { sql, params } = statementFor(items, outcome, maxAttempts);
  const settled = await on.query(sql, [...tokensOf(items), ...params]);
  if (settled.length !== items.length) throw new FencingLost(items);
}

function statementFor(
  items: readonly WorkItem[],
  outcome: Outcome,
  maxAttempts: number,
): { sql: string; params: unknown[] } {
  if (outcome.kind === 'done')
    return { sql: items[0]?.class === 'event' ? removeEvents : settleState, params: [] };
  if (outcome.kind === 'park')
    return { sql: park, params: [outcome.wakeOn, outcome.deadlineMs ?? null] };
  if (outcome.kind === 'failed') return { sql: fail, params: [asJson(outcome.error)] };
  const attempts = Math.max(...items.map((item) => item.attempts)) + 1;
  return {
    sql: again,
    params: [outcome.afterMs ?? pauseAfter(attempts), asJson(outcome.error), maxAttempts],
  };
}

const asJson = (error: ErrorData): string => JSON.stringify(error);

const requestedAgain = `(w.class = 'state' and w.generation > w.claimed_generation)`;
// State work that becomes ready goes to the end of the line; an event keeps its place among its key's.
const newPosition = `case w.class when 'state' then nextval('core.work_items_id_seq') else w.position end`;

const removeEvents = `${heldItems}
delete from core.work_items w using held h where w.id = h.id returning w.id`;

const settleState = `${heldItems}
update core.work_items w set
  status = case when ${requestedAgain} then 'ready' else 'done' end,
  position = case when ${requestedAgain} then nextval('core.work_items_id_seq') else w.position end,
  due_at = now(), attempts = 0, last_error = null, lease_owner = null, updated_at = now()
from held h where w.id = h.id returning w.id`;

const again = `${heldItems}
update core.work_items w set
  status = case when w.class = 'event' and w.attempts + 1 >= $6::int then 'failed' else 'ready' end,
  due_at = case when ${requestedAgain} then now() else now() + make_interval(secs => $4::double precision / 1000) end,
  position = ${newPosition}, attempts = w.attempts + 1, last_error = $5::jsonb, lease_owner = null, updated_at = now()
from held h where w.id = h.id returning w.id`;

const announcedSinceClaim = `exists (
  select from core.work_topics t where t.topic = any($4::text[]) and t.woken_by is not null
    and not pg_visible_in_snapshot(t.woken_by::xid8, w.claim_snapshot::pg_snapshot))`;

const park = `${heldItems}
update core.work_items w set
  status = case when ${requestedAgain} or ${announcedSinceClaim} then 'ready' else 'parked' end,
  due_at = case when ${requestedAgain} or ${announcedSinceClaim} then now()
    else coalesce(now() + make_interval(secs => $5::double precision / 1000), 'infinity') end,
  wake_on = case when ${requestedAgain} or ${announcedSinceClaim} then '{}' else $4::text[] end,
  position = ${newPosition}, attempts = 0, last_error = null, lease_owner = null, updated_at = now()
from held h where w.id = h.id returning w.id`;

const fail = `${heldItems}
update core.work_items w set
  status = case when ${requestedAgain} then 'ready' else 'failed' end,
  due_at = now(), position = ${newPosition}, attempts = w.attempts + 1, last_error = $4::jsonb, lease_owner = null, updated_at = now()
from held h where w.id = h.id returning w.id`;
