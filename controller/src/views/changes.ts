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

// Ids are given out before they are committed: a slower transaction may show a smaller id later, so
// each read looks back a little and leaves out what was told already.
const lookBack = 200;

/** Events after the given id, oldest first, at most 500. */
export async function changesSince(db: Database, afterId: number): Promise<ChangeEvent[]> {
  const rows = await db.query<EventRow>(
    'select id, event_type, environment_id, run_id, correlation_id, payload, created_at from core.flow_events where id > $1 order by id limit $2',
    [afterId, pageSize],
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

/** The newest event's id; 0 when there is none. */
export async function lastChangeId(db: Database): Promise<number> {
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
  let last = await lastChangeId(db);
  const told = new Set<number>(
    (await changesSince(db, Math.max(0, last - lookBack))).map((event) => event.id),
  );
  let reading: Promise<void> | undefined;
  let again = false;

  const read = async (): Promise<void> => {
    do {
      again = false;
      const events = await changesSince(db, Math.max(0, last - lookBack));
      for (const event of events) {
        if (told.has(event.id)) continue;
        told.add(event.id);
        last = Math.max(last, event.id);
        for (const listener of listeners) listener(event);
      }
      for (const id of told) if (id < last - lookBack) told.delete(id);
      if (events.length === pageSize) again = true;
    } while (again && listeners.size > 0);
  };
  const onNotify = (): void => {
    again = true;
    // A failed read is made good by the next notification: nothing was skipped, `last` stays.
    reading ??= read()
      .catch(() => undefined)
      .finally(() => {
        reading = undefined;
      });
  };
  const stop = await db.listen(flowEventsChannel, onNotify);
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      listeners.clear();
      await stop();
      await reading;
    },
  };
}
