import { defineEntity, p } from '@mikro-orm/core';
import { timeOfRow } from './columns.ts';
import { Environment } from './environment.ts';

const schema = defineEntity({
  name: 'InventoryObject',
  tableName: 'inventory_objects',
  schema: 'core',
  properties: {
    environment: () =>
      p
        .manyToOne(Environment)
        .mapToPk()
        .primary()
        .deleteRule('cascade')
        .updateRule('no action')
        .foreignKeyName('inventory_objects_environment_id_fkey')
        .index(false),
    apiVersion: p.text().primary(),
    kind: p.text().primary(),
    namespace: p.text().primary().default(''),
    name: p.text().primary(),
    stack: p.text(),
    unit: p.text(),
    file: p.text(),
    payloadHash: p.text(),
    uid: p.text(),
    resourceVersion: p.text(),
    ownedFieldsHash: p.text(),
    revision: p.text(),
    health: p.text().default('unknown'),
    message: p.text().nullable(),
    updatedAt: timeOfRow(),
  },
});

/** An object the platform applied to an environment. */
export class InventoryObject extends schema.class {}
schema.setClass(InventoryObject);
