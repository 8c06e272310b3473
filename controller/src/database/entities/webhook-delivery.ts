import { defineEntity, p } from '@mikro-orm/core';
import { oneOf, timeOfRow } from './columns.ts';
import { Repository } from './repository.ts';

const schema = defineEntity({
  name: 'WebhookDelivery',
  tableName: 'webhook_deliveries',
  schema: 'core',
  checks: [oneOf('webhook_deliveries', 'status', ['accepted', 'ignored', 'processed'])],
  properties: {
    repository: () =>
      p
        .manyToOne(Repository)
        .mapToPk()
        .primary()
        .deleteRule('cascade')
        .updateRule('no action')
        .foreignKeyName('webhook_deliveries_repository_id_fkey')
        .index(false),
    deliveryId: p.text().primary(),
    event: p.text(),
    correlationId: p.uuid(),
    payload: p.json<unknown>(),
    receivedAt: timeOfRow(),
    status: p.text().$type<'accepted' | 'ignored' | 'processed'>(),
    reason: p.text().nullable(),
  },
});

/** A verified webhook as it came. */
export class WebhookDelivery extends schema.class {}
schema.setClass(WebhookDelivery);
