import { defineEntity, p } from '@mikro-orm/core';
import { indexBySql, oneOf, timeOfRow } from './columns.ts';
import { Project } from './project.ts';
import { Secret } from './secret.ts';

const schema = defineEntity({
  name: 'Repository',
  tableName: 'repositories',
  schema: 'core',
  uniques: [
    { name: 'repositories_full_name_key', properties: ['fullName'] },
    { name: 'repositories_project_id_stack_key', properties: ['project', 'stack'] },
  ],
  indexes: [
    indexBySql(
      `create unique index repositories_one_state on core.repositories (project_id) where role = 'state'`,
    ),
  ],
  checks: [
    oneOf('repositories', 'provider', ['local', 'git', 'github']),
    oneOf('repositories', 'role', ['source', 'state']),
    { name: 'repositories_check', expression: `(role = 'source') = (stack is not null)` },
  ],
  properties: {
    id: p.uuid().primary(),
    project: () =>
      p
        .manyToOne(Project)
        .mapToPk()
        .deleteRule('cascade')
        .foreignKeyName('repositories_project_id_fkey')
        .index(false),
    provider: p.text().$type<'local' | 'git' | 'github'>(),
    role: p.text().$type<'source' | 'state'>().default('source'),
    fullName: p.text(),
    url: p.text(),
    stack: p.text().nullable(),
    servicesYamlPath: p.text().default('services.yaml'),
    webhookSecret: () =>
      p
        .manyToOne(Secret)
        .mapToPk()
        .foreignKeyName('repositories_webhook_secret_id_fkey')
        .index(false),
    tokenSecret: () =>
      p
        .manyToOne(Secret)
        .mapToPk()
        .nullable()
        .deleteRule('no action')
        .foreignKeyName('repositories_token_secret_id_fkey')
        .index(false),
    createdAt: timeOfRow(),
    updatedAt: timeOfRow(),
  },
});

/** A source repository with its one stack, or a project's state repository. */
export class Repository extends schema.class {}
schema.setClass(Repository);
