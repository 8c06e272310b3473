import { defineEntity, p } from '@mikro-orm/core';
import { document, serial, timeOfRow } from './columns.ts';

const schema = defineEntity({
  name: 'FlowEvent',
  tableName: 'flow_events',
  schema: 'core',
  indexes: [
    { name: 'flow_events_correlation_idx', properties: ['correlationId', 'id'] },
    { name: 'flow_events_environment_idx', properties: ['environmentId', 'id'] },
  ],
  properties: {
    id: serial(),
    correlationId: p.uuid().nullable(),
    actorType: p.text(),
    actorId: p.text().nullable(),
    eventType: p.text(),
    projectId: p.uuid().nullable(),
    environmentId: p.uuid().nullable(),
    runId: p.uuid().nullable(),
    payload: document<Record<string, unknown>>('{}'),
    createdAt: timeOfRow(),
  },
});

/** One step of the flow; without foreign keys, because it outlives what it tells of. */
export class FlowEvent extends schema.class {}
schema.setClass(FlowEvent);
