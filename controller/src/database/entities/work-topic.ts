import { defineEntity, p } from '@mikro-orm/core';
import { timeOfRow } from './columns.ts';

const schema = defineEntity({
  name: 'WorkTopic',
  tableName: 'work_topics',
  schema: 'core',
  indexes: [{ name: 'work_topics_updated_idx', properties: ['updatedAt'] }],
  properties: { topic: p.text().primary(), wokenBy: p.text().nullable(), updatedAt: timeOfRow() },
});

/** When a topic of parked work was last announced; only the queue room writes it. */
export class WorkTopic extends schema.class {}
schema.setClass(WorkTopic);
