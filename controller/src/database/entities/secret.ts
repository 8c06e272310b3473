import { defineEntity, p } from '@mikro-orm/core';
import { time, timeOfRow } from './columns.ts';

const schema = defineEntity({
  name: 'Secret',
  tableName: 'secrets',
  schema: 'core',
  properties: {
    id: p.uuid().primary(),
    purpose: p.text(),
    keyId: p.text(),
    nonce: p.blob(),
    ciphertext: p.blob(),
    createdAt: timeOfRow(),
    rotatedAt: time().nullable(),
  },
});

/** An encrypted value; only the secrets room reads it. */
export class Secret extends schema.class {}
schema.setClass(Secret);
