import { defineEntity, p } from '@mikro-orm/core';
import { counter, document, oneOf, time, timeOfRow } from './columns.ts';
import { Project } from './project.ts';

const schema = defineEntity({
  name: 'Environment',
  tableName: 'environments',
  schema: 'core',
  uniques: [
    { name: 'environments_project_id_name_key', properties: ['project', 'name'] },
    { name: 'environments_project_id_branch_key', properties: ['project', 'branch'] },
  ],
  checks: [
    oneOf('environments', 'kind', ['standard', 'cluster']),
    oneOf('environments', 'drift_policy', ['correct', 'report']),
    oneOf('environments', 'health', ['unknown', 'progressing', 'healthy', 'degraded']),
  ],
  properties: {
    id: p.uuid().primary(),
    project: () =>
      p
        .manyToOne(Project)
        .mapToPk()
        .deleteRule('cascade')
        .foreignKeyName('environments_project_id_fkey')
        .index(false),
    name: p.text(),
    cluster: p.text(),
    branch: p.text(),
    namespace: p.text(),
    kind: p.text().$type<'standard' | 'cluster'>().default('standard'),
    serviceAccount: p.text().nullable(),
    protected: p.boolean().default(false),
    driftPolicy: p.text().$type<'correct' | 'report'>().default('correct'),
    headCommit: p.text().nullable(),
    lastAppliedCommit: p.text().nullable(),
    lastAppliedAt: time().nullable(),
    health: p.text().$type<'unknown' | 'progressing' | 'healthy' | 'degraded'>().default('unknown'),
    conditions: document<{ type: string; message: string; stack?: string }[]>('[]'),
    inventoryRevision: counter().defaultRaw('0'),
    leaseOwner: p.text().nullable(),
    leaseUntil: time().nullable(),
    leaseToken: counter().defaultRaw('0'),
    createdAt: timeOfRow(),
    updatedAt: timeOfRow(),
  },
});

/** An environment's binding, the trust root (design §8), with how far it has been brought. */
export class Environment extends schema.class {}
schema.setClass(Environment);
