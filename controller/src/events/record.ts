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
  await tx.query(`with ${toldEvents('$1', '$2')} select count(*) from announced`, [
    eventRows(events),
    events[0]?.environmentId ?? '',
  ]);
}

/** Events as one JSON parameter of `toldEvents`. */
export function eventRows(events: readonly FlowEvent[]): string {
  return JSON.stringify(
    events.map((event) => ({
      correlation_id: event.correlationId,
      actor_type: event.actorType ?? 'platform',
      actor_id: event.actorId,
      event_type: event.type,
      project_id: event.projectId,
      environment_id: event.environmentId,
      run_id: event.runId,
      payload: event.payload ?? {},
    })),
  );
}

const columns =
  'correlation_id, actor_type, actor_id, event_type, project_id, environment_id, run_id, payload';

/**
 * Two parts of a `with` that record events together with what they tell, in one statement. The
 * statement itself must read `announced`, or nobody is told.
 *
 * @param rows the parameter that holds `eventRows`
 * @param environment what is announced: the environment's id, or empty
 * @param more further events by a `select` of the same columns
 */
export const toldEvents = (rows: string, environment: string, more?: string): string => `told as (
  insert into core.flow_events (${columns})
  select ${columns} from jsonb_to_recordset(${rows}::jsonb) as e(correlation_id uuid, actor_type text, actor_id text, event_type text,
    project_id uuid, environment_id uuid, run_id uuid, payload jsonb)
  ${more === undefined ? '' : `union all ${more}`}
  returning 1
), announced as materialized (
  select pg_notify('${flowEventsChannel}', ${environment}::text) from (select 1 from told limit 1) t
)`;
