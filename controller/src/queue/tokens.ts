import type { WorkItem } from './types.ts';

/** Ids, token numbers and the epoch of claimed items, as the statements want them; all of one claim's epoch. */
export function tokensOf(
  items: readonly WorkItem[],
): [ids: string[], tokens: string[], epoch: string] {
  const epoch = items[0]?.fencingToken.split('.')[0] ?? '';
  // Items claimed in different epochs never meet: the older ones' tokens are void.
  const current = items.filter((item) => item.fencingToken.startsWith(`${epoch}.`));
  return [
    current.map((item) => item.id),
    current.map((item) => item.fencingToken.slice(epoch.length + 1)),
    epoch,
  ];
}

/**
 * The beginning of a statement over `tokensOf`: `held` are those of the items that are still held,
 * locked by id, so that two statements over several items never wait for each other in a circle.
 */
export const heldItems = `
with mine as (
  select * from unnest($1::bigint[], $2::bigint[]) as m(id, token) where $3::text = (select value #>> '{}' from core.platform_state where key = 'epoch')
), held as materialized (
  select w.id from core.work_items w join mine m on w.id = m.id and w.fencing_token = m.token
  where w.status = 'leased' order by w.id for update of w
)`;
