/**
 * Parameters: kinds, totals, ordinary totals, batched, filtered (parallel arrays); kinds and keys of
 * the allowed pairs (parallel arrays); projects served lately, the latest last; owner; lease in ms.
 *
 * The steps: `groups` hops from (project, lane) to (project, lane) over the index of ready items, so
 * that its cost is the number of projects and not the backlog; `picks` takes the oldest of each
 * group that may run; `ranked` lets projects take turns; `locked` takes the rows nobody else is
 * taking; `taken` drops an event whose older one of the same key was not among them.
 */
export const claimStatement = `
with asked as (
  select * from unnest($1::text[], $2::int[], $3::int[], $4::boolean[], $5::boolean[]) as a(kind, total, ordinary, batched, filtered)
), groups as (
  select a.kind, a.total, a.batched, a.filtered, g.project_id, g.lane
  from asked a cross join lateral (
    with recursive walk(project_id, lane) as (
      (select w.project_id, w.lane from core.work_items w
       where w.status = 'ready' and w.kind = a.kind order by w.project_id, w.lane limit 1)
      union all
      select n.project_id, n.lane from walk cross join lateral (
        select w.project_id, w.lane from core.work_items w
        where w.status = 'ready' and w.kind = a.kind and (w.project_id, w.lane) > (walk.project_id, walk.lane)
        order by w.project_id, w.lane limit 1) n
    ) select project_id, lane from walk) g
), held as (
  select distinct kind, project_id, key from core.work_items
  where class = 'event' and kind = any($1::text[])
    and ((status = 'leased') or (status = 'parked') or (status = 'ready' and due_at > now()))
), retried as (
  select distinct kind, project_id, key from core.work_items
  where class = 'event' and kind = any($1::text[]) and status = 'ready' and attempts > 0
), busy as (
  select kind, project_id, count(*) as items from core.work_items
  where status = 'leased' and kind = any($1::text[]) group by kind, project_id
), picks as (
  select c.*, row_number() over (partition by c.kind, c.project_id order by (c.lane = 'short') desc, c.position) as turn
  from groups g cross join lateral (
    select w.id, w.class, w.kind, w.project_id, w.key, w.lane, w.position from core.work_items w
    where w.status = 'ready' and w.kind = g.kind and w.project_id = g.project_id and w.lane = g.lane and w.due_at <= now()
      and (not g.filtered or (w.kind, w.key) in (select * from unnest($6::text[], $7::text[])))
      and (w.class = 'state' or (
        (w.kind, w.project_id, w.key) not in (select kind, project_id, key from held)
        and ((g.batched and (w.kind, w.project_id, w.key) not in (select kind, project_id, key from retried)) or not exists (
          select from core.work_items o
          where o.class = 'event' and o.status = 'ready'
            and o.kind = w.kind and o.project_id = w.project_id and o.key = w.key and o.position < w.position))))
    order by w.position limit g.total) c
), ordered as (
  select p.*, row_number() over (partition by p.kind order by (p.lane = 'short') desc, p.turn + coalesce(b.items, 0),
    coalesce(array_position($8::uuid[], p.project_id), 0), p.position) as place
  from picks p left join busy b on b.kind = p.kind and b.project_id = p.project_id
), ranked as (
  select o.*, row_number() over (partition by o.kind, o.lane order by o.place) as lane_place from ordered o
), chosen as (
  select r.*, row_number() over (partition by r.kind, r.project_id, r.key order by r.position) as nth
  from ranked r join asked a on a.kind = r.kind
  where r.place <= a.total and (r.lane = 'short' or r.lane_place <= a.ordinary)
), locked as (
  select w.id, c.nth, c.kind, c.project_id, c.key, c.position
  from core.work_items w join chosen c on c.id = w.id
  where w.status = 'ready' and w.due_at <= now()
  for update of w skip locked
), taken as (
  select id from (
    select id, nth, row_number() over (partition by kind, project_id, key order by position) as got from locked) l
  where nth = got
), claimed as (
  update core.work_items w set
    status = 'leased', lease_owner = $9, due_at = now() + make_interval(secs => $10::double precision / 1000),
    fencing_token = w.fencing_token + 1, claimed_generation = w.generation,
    claim_snapshot = pg_current_snapshot()::text, updated_at = now()
  from taken t where w.id = t.id
  returning w.*
)
select (select count(*) from chosen) - (select count(*) from taken) as skipped,
  (select extract(epoch from min(due_at) - now())::double precision * 1000 from core.work_items
   where status in ('ready', 'leased', 'parked') and due_at > now() and due_at < 'infinity' and kind = any($1::text[])) as next_due_ms,
  (select value #>> '{}' from core.platform_state where key = 'epoch') as epoch,
  c.id::text, c.class, c.kind, c.key, c.lane, c.payload, c.generation, c.attempts, c.fencing_token, c.created_at, c.project_id
from (select 1) one left join claimed c on true
order by c.position`;
