import { defineEntity, p } from '@mikro-orm/core';
import { document, indexBySql, oneOf, time, timeOfRow } from './columns.ts';
import { Environment } from './environment.ts';
import { Project } from './project.ts';
import { Repository } from './repository.ts';

const schema = defineEntity({
  name: 'AgentRun',
  tableName: 'agent_runs',
  schema: 'core',
  indexes: [
    indexBySql(
      'create index agent_runs_environment_idx on core.agent_runs (environment_id, created_at desc)',
    ),
    indexBySql('create index agent_runs_created_idx on core.agent_runs (created_at desc, id)'),
    { name: 'agent_runs_correlation_idx', properties: ['correlationId'] },
    indexBySql(
      `create unique index agent_runs_one_open_render on core.agent_runs (environment_id, stack) where kind = 'deploy' and status in ('pending','running') and phase in ('received','rendered')`,
    ),
    indexBySql(
      `create index agent_runs_unfinished_idx on core.agent_runs (environment_id) where status in ('pending','running')`,
    ),
  ],
  checks: [
    oneOf('agent_runs', 'kind', ['deploy', 'agent']),
    oneOf('agent_runs', 'status', ['pending', 'running', 'succeeded', 'failed', 'canceled']),
    oneOf('agent_runs', 'phase', ['received', 'rendered', 'committed', 'applied', 'healthy']),
    oneOf('agent_runs', 'outcome', ['deployed', 'unchanged', 'superseded', 'failed']),
  ],
  properties: {
    id: p.uuid().primary(),
    kind: p.text().$type<'deploy' | 'agent'>().default('deploy'),
    correlationId: p.uuid(),
    project: () =>
      p
        .manyToOne(Project)
        .mapToPk()
        .deleteRule('cascade')
        .foreignKeyName('agent_runs_project_id_fkey')
        .index(false),
    environment: () =>
      p
        .manyToOne(Environment)
        .mapToPk()
        .nullable()
        .deleteRule('cascade')
        .foreignKeyName('agent_runs_environment_id_fkey')
        .index(false),
    repository: () =>
      p
        .manyToOne(Repository)
        .mapToPk()
        .nullable()
        .deleteRule('set null')
        .foreignKeyName('agent_runs_repository_id_fkey')
        .index(false),
    stack: p.text().nullable(),
    status: p
      .text()
      .$type<'pending' | 'running' | 'succeeded' | 'failed' | 'canceled'>()
      .default('pending'),
    phase: p
      .text()
      .$type<'received' | 'rendered' | 'committed' | 'applied' | 'healthy'>()
      .default('received'),
    outcome: p.text().$type<'deployed' | 'unchanged' | 'superseded' | 'failed'>().nullable(),
    supersededBy: p.uuid().nullable(),
    sourceRef: p.text().nullable(),
    sourceSha: p.text().nullable(),
    inputHash: p.text().nullable(),
    contentHash: p.text().nullable(),
    renderer: p.text().nullable(),
    rendering: p.integer().nullable(),
    stateCommit: p.text().nullable(),
    diagnostics: document<unknown[]>('[]'),
    error: p.json<unknown>().nullable(),
    runPayload: document<Record<string, unknown>>('{}'),
    receivedAt: time(),
    startedAt: time().nullable(),
    renderedAt: time().nullable(),
    committedAt: time().nullable(),
    appliedAt: time().nullable(),
    healthyAt: time().nullable(),
    finishedAt: time().nullable(),
    createdAt: timeOfRow(),
    updatedAt: timeOfRow(),
  },
});

/** A run: one render of one environment at one SHA, or an agent's work. */
export class AgentRun extends schema.class {}
schema.setClass(AgentRun);
