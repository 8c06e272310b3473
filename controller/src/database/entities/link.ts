import { defineEntity, p } from '@mikro-orm/core';
import { serial, timeOfRow } from './columns.ts';

const schema = defineEntity({
  name: 'Link',
  tableName: 'links',
  schema: 'core',
  uniques: [
    {
      name: 'links_relation_from_kind_from_ref_to_kind_to_ref_key',
      properties: ['relation', 'fromKind', 'fromRef', 'toKind', 'toRef'],
    },
  ],
  properties: {
    id: serial(),
    correlationId: p.uuid().nullable(),
    relation: p.text(),
    fromKind: p.text(),
    fromRef: p.text(),
    toKind: p.text(),
    toRef: p.text(),
    createdAt: timeOfRow(),
  },
});

/** A relation between two things of the flow: an issue, a pull request, a run, a document. */
export class Link extends schema.class {}
schema.setClass(Link);
