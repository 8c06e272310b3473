import { defineEntity, p } from '@mikro-orm/core';
import { counter, document, time } from './columns.ts';
import { Environment } from './environment.ts';
import { Repository } from './repository.ts';

const schema = defineEntity({
  name: 'EnvironmentSource',
  tableName: 'environment_sources',
  schema: 'core',
  indexes: [{ name: 'environment_sources_repository_idx', properties: ['repository', 'ref'] }],
  properties: {
    environment: () =>
      p
        .manyToOne(Environment)
        .mapToPk()
        .primary()
        .deleteRule('cascade')
        .updateRule('no action')
        .foreignKeyName('environment_sources_environment_id_fkey')
        .index(false),
    repository: () =>
      p
        .manyToOne(Repository)
        .mapToPk()
        .primary()
        .deleteRule('cascade')
        .updateRule('no action')
        .foreignKeyName('environment_sources_repository_id_fkey')
        .index(false),
    ref: p.text(),
    vars: document<Record<string, string>>('{}'),
    dirtyGeneration: counter().defaultRaw('0'),
    cleanGeneration: counter().defaultRaw('0'),
    dirtyAt: time().nullable(),
    dirtyCorrelationId: p.uuid().nullable(),
    lastSeenSha: p.text().nullable(),
    publishedSha: p.text().nullable(),
    publishedContent: p.text().nullable(),
    publishedRunId: p.uuid().nullable(),
  },
});

/** A repository's ref that feeds an environment, and what was brought of it. */
export class EnvironmentSource extends schema.class {}
schema.setClass(EnvironmentSource);
