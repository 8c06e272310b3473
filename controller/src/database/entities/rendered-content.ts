import { defineEntity, p } from '@mikro-orm/core';
import { timeOfRow } from './columns.ts';
import { Environment } from './environment.ts';

const schema = defineEntity({
  name: 'RenderedContent',
  tableName: 'rendered_contents',
  schema: 'core',
  properties: {
    environment: () =>
      p
        .manyToOne(Environment)
        .mapToPk()
        .primary()
        .deleteRule('cascade')
        .updateRule('no action')
        .foreignKeyName('rendered_contents_environment_id_fkey')
        .index(false),
    stack: p.text().primary(),
    contentHash: p.text().primary(),
    runId: p.uuid(),
    sourceSha: p.text(),
    inputHash: p.text(),
    approved: p.boolean().default(true),
    recordedAt: timeOfRow(),
  },
});

/** Content that a render of this platform recorded: nothing else is ever applied (design §4). */
export class RenderedContent extends schema.class {}
schema.setClass(RenderedContent);
