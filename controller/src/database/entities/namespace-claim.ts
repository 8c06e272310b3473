import { defineEntity, p } from '@mikro-orm/core';
import { Environment } from './environment.ts';

const schema = defineEntity({
  name: 'NamespaceClaim',
  tableName: 'namespace_claims',
  schema: 'core',
  properties: {
    cluster: p.text().primary(),
    namespace: p.text().primary(),
    environment: () =>
      p
        .manyToOne(Environment)
        .mapToPk()
        .deleteRule('cascade')
        .foreignKeyName('namespace_claims_environment_id_fkey')
        .index(false),
  },
});

/** A namespace of a cluster belongs to one environment. */
export class NamespaceClaim extends schema.class {}
schema.setClass(NamespaceClaim);
