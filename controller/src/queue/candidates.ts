import type { Database } from '../database/index.ts';
import type { Ask, Candidate, Candidates } from './claim-decision.ts';

interface CandidateRow {
  epoch: string;
  busy: { kind: string; project_id: string; items: number }[];
  next_due_ms: number | null;
  id: string | null;
  class: Candidate['class'];
  kind: string;
  project_id: string;
  lane: Candidate['lane'];
  key: string;
  attempts: number;
}

/** What could be claimed, in the order of becoming ready per project, and what is known besides. */
export interface Outlook extends Candidates {
  epoch: string;
  /** When the next item of these kinds falls due, in milliseconds from now. */
  nextDueMs: number | undefined;
  /** A project has more ready than was looked at. */
  cutShort: boolean;
}

// Heads of keys are looked for among this many: what is hidden behind one key's backlog is seen as
// soon as that key's head is leased, because then the whole key is left out.
const headWindow = 50;

/** Looks at what is due, without locking anything. Its cost grows with projects and asks, not with the backlog. */
export async function readCandidates(db: Database, asks: readonly Ask[]): Promise<Outlook> {
  const allowed = asks.flatMap(({ kind, keys }) => (keys ?? []).map((key) => ({ kind, key })));
  const rows = await db.query<CandidateRow>(selectCandidates, [
    asks.map((ask) => ask.kind),
    asks.map((ask) => (ask.batched ? ask.total : Math.max(ask.total, headWindow))),
    asks.map((ask) => ask.keys !== undefined),
    allowed.map((entry) => entry.kind),
    allowed.map((entry) => entry.key),
  ]);
  const ready = rows.flatMap((row) => (row.id === null ? [] : [candidate(row, row.id)]));
  return {
    epoch: rows[0]?.epoch ?? '',
    nextDueMs: rows[0]?.next_due_ms ?? undefined,
    busy: (rows[0]?.busy ?? []).map((entry) => ({
      kind: entry.kind,
      projectId: entry.project_id,
      items: entry.items,
    })),
    ready,
    cutShort: asks.some((ask) => fullGroups(ready, ask.kind, windowOf(ask))),
  };
}

const windowOf = (ask: Ask): number => (ask.batched ? ask.total : Math.max(ask.total, headWindow));

function fullGroups(ready: readonly Candidate[], kind: string, window: number): boolean {
  const sizes = Map.groupBy(
    ready.filter((entry) => entry.kind === kind),
    (entry) => `${entry.projectId} ${entry.lane}`,
  );
  return [...sizes.values()].some((group) => group.length >= window);
}

const candidate = (row: CandidateRow, id: string): Candidate => ({
  id,
  class: row.class,
  kind: row.kind,
  projectId: row.project_id,
  lane: row.lane,
  key: row.key,
  attempts: row.attempts,
});

// `groups` hops from (project, lane) to (project, lane) over the index of ready items: a project
// with 500 items costs what one with a single item costs. `held` are keys whose turn is not over:
// an older event is leased, parked or waits for its next attempt.
const selectCandidates = `
with asked as (
  select * from unnest($1::text[], $2::int[], $3::boolean[]) as a(kind, most, filtered)
), groups as (
  select a.kind, a.most, a.filtered, g.project_id, g.lane
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
), held as materialized (
  select kind, project_id, key from core.work_items
  where class = 'event' and status in ('leased', 'parked') and kind = any($1::text[])
  union
  select kind, project_id, key from core.work_items
  where class = 'event' and status = 'ready' and attempts > 0 and due_at > now() and kind = any($1::text[])
), known as (
  select
    (select value #>> '{}' from core.platform_state where key = 'epoch') as epoch,
    (select coalesce(jsonb_agg(b), '[]') from (
      select kind, project_id, count(*) as items from core.work_items
      where status = 'leased' and kind = any($1::text[]) group by kind, project_id) b) as busy,
    (select extract(epoch from min(due_at) - now())::double precision * 1000 from core.work_items
     where status in ('ready', 'leased', 'parked') and due_at > now() and due_at < 'infinity' and kind = any($1::text[])) as next_due_ms
)
select k.epoch, k.busy, k.next_due_ms, c.*
from known k left join lateral (
  select r.id::text, r.class, r.kind, r.project_id, r.lane, r.key, r.attempts
  from groups g cross join lateral (
    select w.* from core.work_items w
    where w.status = 'ready' and w.kind = g.kind and w.project_id = g.project_id and w.lane = g.lane and w.due_at <= now()
      and (not g.filtered or (w.kind, w.key) in (select * from unnest($4::text[], $5::text[])))
      and (w.class = 'state' or (w.kind, w.project_id, w.key) not in (select kind, project_id, key from held))
    order by w.position limit g.most) r) c on true`;
