import type { Database } from '../database/index.ts';
import { readCandidates } from './candidates.ts';
import { decideClaim } from './claim-decision.ts';
import type { Ask } from './claim-decision.ts';
import { noProject } from './enqueue.ts';
import type { Lane, WorkClass, WorkItem } from './types.ts';

/** Who claims, for how long, and whose turn it was last. */
export interface ClaimRequest {
  owner: string;
  leaseMs: number;
  asks: readonly Ask[];
  /** Projects served by this worker, the latest last: they stand back behind others. */
  served?: readonly string[];
}

/** What was claimed. */
export interface Claim {
  /** In the order in which they were chosen. */
  items: WorkItem[];
  /** Picks that another worker was faster to take: look again when it has them. */
  missed: number;
  /** Not everything that is ready was taken: with room left, look again at once. */
  more: boolean;
  /** When the next item of these kinds falls due, in milliseconds from now; undefined: nothing known. */
  nextDueMs: number | undefined;
}

interface ClaimedRow {
  id: string;
  class: WorkClass;
  kind: string;
  key: string;
  lane: Lane;
  payload: Record<string, unknown>;
  generation: number;
  attempts: number;
  fencing_token: number;
  created_at: Date;
  project_id: string;
}

/**
 * Takes what is due: fair between projects, short work first, events in order per key. Each claimed
 * item is leased and has a new fencing token. One statement looks for all kinds together, a pure
 * function decides, one statement takes.
 */
export async function claimWork(db: Database, request: ClaimRequest): Promise<Claim> {
  const outlook = await readCandidates(db, request.asks);
  const picks = decideClaim(request.asks, outlook, request.served);
  if (picks.length === 0)
    return { items: [], missed: 0, more: false, nextDueMs: outlook.nextDueMs };
  const rows = await db.query<ClaimedRow>(takePicks, [
    picks.map((pick) => pick.id),
    picks.map((pick) => pick.group),
    picks.map((pick) => pick.nth),
    request.owner,
    request.leaseMs,
    outlook.epoch,
  ]);
  const taken = new Map(rows.map((row) => [row.id, workItem(row, outlook.epoch)]));
  const items = picks.flatMap((pick) => taken.get(pick.id) ?? []);
  return {
    items,
    missed: picks.length - taken.size,
    more: outlook.cutShort || outlook.ready.length > items.length,
    nextDueMs: outlook.nextDueMs,
  };
}

const workItem = (row: ClaimedRow, epoch: string): WorkItem => ({
  id: row.id,
  class: row.class,
  kind: row.kind,
  key: row.key,
  lane: row.lane,
  payload: row.payload,
  generation: row.generation,
  attempts: row.attempts,
  fencingToken: `${epoch}.${row.fencing_token}`,
  createdAt: row.created_at,
  ...(row.project_id === noProject ? {} : { projectId: row.project_id }),
});

// Between the look and this, another worker may have taken some: an event is taken only when all
// older picks of its key are taken by this very statement (`got = nth`), so the order of a key holds.
const takePicks = `
with picked as (
  select * from unnest($1::bigint[], $2::text[], $3::int[]) as p(id, key_group, nth)
  where $6::text = (select value #>> '{}' from core.platform_state where key = 'epoch')
), locked as (
  select w.id, p.key_group, p.nth from picked p join core.work_items w on w.id = p.id
  where w.status = 'ready' and w.due_at <= now()
  order by w.id for update of w skip locked
), taken as (
  select id from (select id, nth, row_number() over (partition by key_group order by nth) as got from locked) l where nth = got
)
update core.work_items w set
  status = 'leased', lease_owner = $4, due_at = now() + make_interval(secs => $5::double precision / 1000),
  fencing_token = w.fencing_token + 1, claimed_generation = w.generation,
  claim_snapshot = pg_current_snapshot()::text, updated_at = now()
from taken t where w.id = t.id
returning w.id::text, w.class, w.kind, w.key, w.lane, w.payload, w.generation, w.attempts, w.fencing_token, w.created_at, w.project_id`;
