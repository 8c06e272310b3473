import { defineEntity, p } from '@mikro-orm/core';
import { document, timeOfRow } from './columns.ts';

const schema = defineEntity({
  name: 'Project',
  tableName: 'projects',
  schema: 'core',
  uniques: [{ name: 'projects_slug_key', properties: ['slug'] }],
  checks: [
    { name: 'projects_slug_check', expression: `slug ~ '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$'` },
  ],
  properties: {
    id: p.uuid().primary(),
    slug: p.text(),
    name: p.text(),
    settings: document<Record<string, unknown>>('{}'),
    createdAt: timeOfRow(),
    updatedAt: timeOfRow(),
  },
});

/** A project: repositories, environments and one state repository. */
export class Project extends schema.class {}
schema.setClass(Project);
