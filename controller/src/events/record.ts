import type { Tx } from '../database/index.ts';

/** Who did something: a person, an agent, a provider's webhook, or the platform itself. */
export type ActorType = 'platform' | 'webhook' | 'user' | 'agent';

/** One step of the flow, recorded in the same transaction as what it tells (NFR-003, NFR-010). */
export interface FlowEvent {
  type: string;
  correlationId?: string | undefined;
  actorType?: ActorType;
  actorId?: string;
  projectId?: string | undefined;
  environmentId?: string | undefined;
  runId?: string | undefined;
  /** Facts without secrets. */
  payload?: Record<string, unknown>;
}

/** The channel on which new flow events are announced; the payload is the environment's id or empty. */
export const flowEventsChannel = 'codexk8s_flow_events';

/** Records flow events and announces them when the transaction commits. */
export async function recordEvents(tx: Tx, events: readonly FlowEvent[]): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map((event) => ({
    correlation_id: event.correlationId,
    actor_type: event.actorType ?? 'platform',
    actor_id: event.actorId,
    event_type: event.type,
    project_id: event.projectId,
    environment_id: event.environmentId,
    run_id: event.runId,
    payload: event.payload ?? {},
  }));
  await tx.query(insertEvents, [
    JSON.stringify(rows),
    flowEventsChannel,
    events[0]?.environmentId ?? '',
  ]);
}

const insertEvents = `
with inserted as (
  insert into core.flow_events (correlation_id, actor_type, actor_id, event_type, project_id, environment_id, run_id, payload)
  select correlation_id, actor_type, actor_id, event_type, project_id, environment_id, run_id, payload
  from jsonb_to_recordset($1::jsonb) as e(correlation_id uuid, actor_type text, actor_id text, event_type text,
    project_id uuid, environment_id uuid, run_id uuid, payload jsonb)
  returning 1)
select pg_notify($2, $3), (select count(*) from inserted)`;
