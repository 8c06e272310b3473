import type { Tx } from '../database/index.ts';
import { workChannel } from './types.ts';

/**
 * Announces a topic: what is parked on it becomes ready. An item whose worker is just about to park
 * it is not left asleep: the topic's row serialises the two, and the parking one sees that the
 * topic was announced after its claim.
 */
export async function wake(tx: Tx, topic: string): Promise<void> {
  await tx.query(announce, [topic]);
  await tx.query(wakeParked, [topic, workChannel]);
}

/** Locks the topics on which an item is about to be parked, in one order for all. */
export async function lockTopics(tx: Tx, topics: readonly string[]): Promise<void> {
  if (topics.length > 0) await tx.query(touchTopics, [topics]);
}

const announce = `
insert into core.work_topics (topic, woken_by) values ($1, pg_current_xact_id()::text)
on conflict (topic) do update set woken_by = excluded.woken_by, updated_at = now()`;

const touchTopics = `
insert into core.work_topics (topic) select distinct topic from unnest($1::text[]) as t(topic) order by topic
on conflict (topic) do update set updated_at = now()`;

// A statement of its own: only a snapshot taken after the topic was locked sees who parked before.
const wakeParked = `
with woken as (
  update core.work_items set status = 'ready', due_at = now(), wake_on = '{}', updated_at = now(),
    position = case class when 'state' then nextval('core.work_items_id_seq') else position end
  where status = 'parked' and wake_on @> array[$1::text]
  returning kind
)
select pg_notify($2, kind) from (select distinct kind from woken) k`;
