import { defineEntity, p } from '@mikro-orm/core';
import { timeOfRow } from './columns.ts';

const schema = defineEntity({
  name: 'PlatformState',
  tableName: 'platform_state',
  schema: 'core',
  properties: { key: p.text().primary(), value: p.json<unknown>(), updatedAt: timeOfRow() },
});

/** What holds for the whole installation; row `epoch` prefixes every fencing token. */
export class PlatformState extends schema.class {}
schema.setClass(PlatformState);
