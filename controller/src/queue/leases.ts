import type { Database, Tx } from '../database/index.ts';
import { workerGone } from './failures.ts';
import { heldItems, tokensOf } from './tokens.ts';
import type { WorkItem } from './types.ts';
import { workChannel } from './types.ts';

/**
 * Prolongs leases. Resolves to the ids that are still held; the others were lost. The new lease
 * counts from before the call.
 */
export async function renewLeases(
  db: Database,
  items: readonly WorkItem[],
  leaseMs: number,
): Promise<ReadonlySet<string>> {
  if (items.length === 0) return new Set();
  const rows = await db.query<{ id: string }>(renew, [...tokensOf(items), leaseMs]);
  return new Set(rows.map((row) => row.id));
}

/** Gives items back unfinished: another worker may take them at once, and no attempt is counted. */
export async function releaseLeases(db: Database, items: readonly WorkItem[]): Promise<void> {
  if (items.length > 0) await db.query(release, [...tokensOf(items), workChannel]);
}

/** What is given up after how many attempts. */
export interface RecoverOptions {
  kinds: readonly string[];
  /** For event work, parallel to `kinds`. */
  maxAttempts: readonly number[];
}

/** Makes ready what was left: items of workers that went away, and parked ones whose deadline has come. */
export async function recoverWork(db: Database, options: RecoverOptions): Promise<void> {
  await db.query(recover, [
    options.kinds,
    options.maxAttempts,
    JSON.stringify(workerGone),
    workChannel,
  ]);
}

/**
 * Frees every lease at once. Only for a process that knows itself alone: at the start on the
 * embedded database, whose lock file proves it, so that nothing waits for leases of the dead.
 */
export async function releaseAllLeases(db: Database): Promise<void> {
  await db.query(releaseAll, [JSON.stringify(workerGone)]);
}

/**
 * Begins a new epoch after the database was restored from a backup: tokens given out before are
 * void, whatever numbers the restored rows have, and nothing is leased.
 */
export async function beginEpoch(db: Database): Promise<void> {
  await db.inTransaction(async (tx) => {
    await tx.query(nextEpoch);
    // Transaction numbers of the former server mean nothing in this one.
    await tx.query('delete from core.work_topics');
    await tx.query(
      'update core.work_items set claim_snapshot = null where claim_snapshot is not null',
    );
    await tx.query(releaseAll, [JSON.stringify(workerGone)]);
  });
}

/** Puts failed event work back in its key's line, as a first attempt. Resolves to whether it was failed. */
export async function retryFailed(tx: Tx, id: string): Promise<boolean> {
  return (await tx.query(putBack, [id, workChannel])).length > 0;
}

/** Forgets topics that nobody has announced or waited for since a day. */
export async function forgetTopics(db: Database): Promise<void> {
  await db.query(`delete from core.work_topics where updated_at < now() - interval '1 day'`);
}

const nextEpoch = `
update core.platform_state set value = to_jsonb((value #>> '{}')::bigint + 1), updated_at = now() where key = 'epoch'`;

const putBack = `
with back as (
  update core.work_items set status = 'ready', due_at = now(), attempts = 0, updated_at = now()
  where id = $1 and status = 'failed' returning kind)
select pg_notify($2, kind) from back`;

const renew = `${heldItems}
update core.work_items w set due_at = now() + make_interval(secs => $4::double precision / 1000), updated_at = now()
from held h where w.id = h.id returning w.id::text`;

const release = `${heldItems}, released as (
  update core.work_items w set status = 'ready', due_at = now(), lease_owner = null, updated_at = now()
  from held h where w.id = h.id returning w.kind)
select pg_notify($4, kind) from (select distinct kind from released) k`;

const recover = `
with asked as (select * from unnest($1::text[], $2::int[]) as a(kind, max_attempts)),
left_over as (
  select w.id, a.max_attempts from core.work_items w join asked a on a.kind = w.kind
  where w.status in ('leased', 'parked') and w.due_at <= now() for update of w skip locked),
recovered as (
  update core.work_items w set
    status = case when w.status = 'leased' and w.class = 'event' and w.attempts + 1 >= l.max_attempts then 'failed' else 'ready' end,
    attempts = case w.status when 'leased' then w.attempts + 1 else w.attempts end,
    last_error = case w.status when 'leased' then $3::jsonb else w.last_error end,
    position = case w.class when 'state' then nextval('core.work_items_id_seq') else w.position end,
    due_at = now(), lease_owner = null, wake_on = '{}', updated_at = now()
  from left_over l where w.id = l.id returning w.kind)
select pg_notify($4, kind) from (select distinct kind from recovered) k`;

const releaseAll = `
update core.work_items set status = 'ready', due_at = now(), lease_owner = null, attempts = attempts + 1, last_error = $1::jsonb, updated_at = now()
where status = 'leased'`;
