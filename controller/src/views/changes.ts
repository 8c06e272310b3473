import type { Database } from '../database/index.ts';
import { flowEventsChannel } from '../events/index.ts';

/** One flow event as it is told to a live reader. */
export interface ChangeEvent {
  id: number;
  type: string;
  environmentId?: string;
  runId?: string;
  correlationId?: string;
  payload: Record<string, unknown>;
  at: string;
}

interface EventRow {
  id: number | string;
  event_type: string;
  environment_id: string | null;
  run_id: string | null;
  correlation_id: string | null;
  payload: Record<string, unknown>;
  created_at: Date;
}

const pageSize = 500;

// Ids are given out before they are committed: a slower transaction may show a smaller id later.
// A gap is asked for again this long, then it counts as a transaction that was rolled back.
const gapPatienceMs = 10_000;

// Readers are people and pages: bursts of notifications become one read.
const readEveryMs = 25;

/** Events after the given id and those of the given ids, oldest first, at most 500. */
async function readChanges(
  db: Database,
  afterId: number,
  gaps: readonly number[],
): Promise<ChangeEvent[]> {
  const rows = await db.query<EventRow>(
    'select id, event_type, environment_id, run_id, correlation_id, payload, created_at from core.flow_events where id > $1 or id = any($2::bigint[]) order by id limit $3',
    [afterId, gaps, pageSize],
  );
  return rows.map((row) => ({
    id: Number(row.id),
    type: row.event_type,
    ...(row.environment_id === null ? {} : { environmentId: row.environment_id }),
    ...(row.run_id === null ? {} : { runId: row.run_id }),
    ...(row.correlation_id === null ? {} : { correlationId: row.correlation_id }),
    payload: row.payload,
    at: row.created_at.toISOString(),
  }));
}

async function lastChangeId(db: Database): Promise<number> {
  const [row] = await db.query<{ id: number | string }>(
    'select coalesce(max(id), 0) as id from core.flow_events',
  );
  return Number(row?.id ?? 0);
}

/** A stream of changes: one notification subscription and one read per burst, however many readers. */
export interface ChangeStream {
  subscribe(listener: (event: ChangeEvent) => void): () => void;
  close(): Promise<void>;
}

/** Opens the stream at the newest event. */
export async function openChangeStream(db: Database): Promise<ChangeStream> {
  const listeners = new Set<(event: ChangeEvent) => void>();
  const gaps = new Map<number, number>();
  let last = await lastChangeId(db);
  let reading: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  const closing = new AbortController();

  const note = (event: ChangeEvent): void => {
    for (let missing = last + 1; missing < event.id; missing += 1)
      gaps.set(missing, performance.now() + gapPatienceMs);
    gaps.delete(event.id);
    last = Math.max(last, event.id);
  };
  const read = async (): Promise<void> => {
    for (let more = true; more && !closing.signal.aborted;) {
      for (const [id, until] of gaps) if (until < performance.now()) gaps.delete(id);
      const events = await readChanges(db, last, [...gaps.keys()]);
      for (const event of events) {
        note(event);
        for (const listener of listeners) listener(event);
      }
      more = events.length === pageSize;
    }
  };
  const soon = (): void => {
    if (closing.signal.aborted) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      // A failed read is made good by the next notification: nothing was skipped, `last` stays.
      reading = (reading ?? Promise.resolve()).then(read).catch(() => undefined);
    }, readEveryMs);
  };
  const stop = await db.listen(flowEventsChannel, soon, soon);
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      closing.abort();
      clearTimeout(timer);
      listeners.clear();
      await stop();
      await reading;
    },
  };
}
