import type { Database } from '../database/index.ts';
import { claimStatement } from './claim-statement.ts';
import { noProject } from './enqueue.ts';
import type { Lane, WorkClass, WorkItem } from './types.ts';

/** How much of one kind a worker can take now. */
export interface Ask {
  kind: string;
  /** Items at most. */
  total: number;
  /** Items of the default lane at most, out of `total`; the rest is kept for short work. */
  ordinary?: number;
  /** Several events of one key may come together, oldest first; one that has failed comes alone. */
  batched?: boolean;
  /** Only these keys. */
  keys?: readonly string[] | undefined;
}

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
  items: WorkItem[];
  /** Rows that another worker was just taking: there may be more behind them. */
  skipped: number;
  /** When the next item of these kinds falls due, in milliseconds from now; undefined: nothing known. */
  nextDueMs: number | undefined;
}

interface ClaimRow {
  skipped: number;
  next_due_ms: number | null;
  epoch: string;
  id: string | null;
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
 * Takes what is due, in one statement for all kinds: fair between projects, short work first, events
 * in order per key. Each claimed item is leased and has a new fencing token.
 */
export async function claimWork(db: Database, request: ClaimRequest): Promise<Claim> {
  const { asks } = request;
  const allowed = asks.flatMap(({ kind, keys }) => (keys ?? []).map((key) => ({ kind, key })));
  const rows = await db.query<ClaimRow>(
    claimStatement,
    [
      asks.map((ask) => ask.kind),
      asks.map((ask) => ask.total),
      asks.map((ask) => ask.ordinary ?? ask.total),
      asks.map((ask) => ask.batched ?? false),
      asks.map((ask) => ask.keys !== undefined),
      allowed.map((entry) => entry.kind),
      allowed.map((entry) => entry.key),
      request.served ?? [],
      request.owner,
      request.leaseMs,
    ],
    { name: 'queue-claim' },
  );
  return {
    items: rows.flatMap((row) => (row.id === null ? [] : [workItem(row, row.id)])),
    skipped: rows[0]?.skipped ?? 0,
    nextDueMs: rows[0]?.next_due_ms ?? undefined,
  };
}

const workItem = (row: ClaimRow, id: string): WorkItem => ({
  id,
  class: row.class,
  kind: row.kind,
  key: row.key,
  lane: row.lane,
  payload: row.payload,
  generation: row.generation,
  attempts: row.attempts,
  fencingToken: `${row.epoch}.${row.fencing_token}`,
  createdAt: row.created_at,
  ...(row.project_id === noProject ? {} : { projectId: row.project_id }),
});
