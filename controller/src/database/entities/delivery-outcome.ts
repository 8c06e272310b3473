import { defineEntity, p } from '@mikro-orm/core';
import { counter, indexBySql, oneOf } from './columns.ts';
import { Environment } from './environment.ts';
import { WebhookDelivery } from './webhook-delivery.ts';

const schema = defineEntity({
  name: 'DeliveryOutcome',
  tableName: 'delivery_outcomes',
  schema: 'core',
  indexes: [
    indexBySql(
      `create index delivery_outcomes_pending_idx on core.delivery_outcomes (environment_id, repository_id, generation) where outcome = 'pending'`,
    ),
    { name: 'delivery_outcomes_run_idx', properties: ['runId'] },
  ],
  checks: [oneOf('delivery_outcomes', 'outcome', ['pending', 'run', 'superseded', 'ignored'])],
  properties: {
    delivery: () =>
      p
        .manyToOne(WebhookDelivery)
        .mapToPk()
        .primary()
        .joinColumns('repository_id', 'delivery_id')
        .deleteRule('cascade')
        .updateRule('no action')
        .foreignKeyName('delivery_outcomes_repository_id_delivery_id_fkey')
        .index(false),
    environment: () =>
      p
        .manyToOne(Environment)
        .mapToPk()
        .primary()
        .deleteRule('cascade')
        .updateRule('no action')
        .foreignKeyName('delivery_outcomes_environment_id_fkey')
        .index(false),
    generation: counter(),
    outcome: p.text().$type<'pending' | 'run' | 'superseded' | 'ignored'>(),
    runId: p.uuid().nullable(),
    reason: p.text().nullable(),
  },
});

/** What became of a delivery in an environment it concerns. */
export class DeliveryOutcome extends schema.class {}
schema.setClass(DeliveryOutcome);
