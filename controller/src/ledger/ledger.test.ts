import { randomUUID } from 'node:crypto';
import { applyPortsContract } from '../apply/contracts/index.ts';
import { openDatabase } from '../database/index.ts';
import {
  createEnvironmentLeases,
  createPostgresLedger,
  createPostgresWorkSource,
} from './index.ts';
import { sharedPostgres } from '@codex-k8s/testing';

applyPortsContract('Postgres', async () => {
  const postgres = await sharedPostgres();
  const database = await postgres.createDatabase('ledger');
  const db = await openDatabase({ url: database.url }, { migrate: true, poolSize: 4 });
  const projectId = randomUUID();
  await db.query(`insert into core.projects (id, slug, name) values ($1, 'shop', 'shop')`, [
    projectId,
  ]);
  const sources: { close(): Promise<void> }[] = [];
  return {
    ledger: createPostgresLedger(db),
    workSource(owner) {
      const source = createPostgresWorkSource(db, {
        owner,
        clusters: ['local'],
        workLeaseMs: 10_000,
        environmentLeaseMs: 10_000,
      });
      sources.push(source);
      return source;
    },
    async addEnvironment(name) {
      const id = randomUUID();
      await db.query(
        `insert into core.environments (id, project_id, name, cluster, branch, namespace) values ($1, $2, $3, 'local', $4, $5)`,
        [id, projectId, name, `env/${name}`, `shop-${name}`],
      );
      await db.query(
        `insert into core.namespace_claims (cluster, namespace, environment_id) values ('local', $1, $2)`,
        [`shop-${name}`, id],
      );
      const leases = createEnvironmentLeases(db, {
        owner: 'reader',
        clusters: ['local'],
        leaseMs: 1,
      });
      const target = (await leases.acquire()).find((candidate) => candidate.id === id);
      await leases.release();
      if (!target) throw new Error('the environment was not stored');
      return target;
    },
    async recordContent(environmentId, stack, contentHash, content) {
      await db.query(
        `insert into core.rendered_contents (environment_id, stack, content_hash, run_id, source_sha, input_hash, approved) values ($1, $2, $3, $4, $5, 'inputs', $6)
         on conflict (environment_id, stack, content_hash) do update set approved = excluded.approved`,
        [environmentId, stack, contentHash, content.runId, content.sourceSha, content.approved],
      );
    },
    async recordCommit(environmentId, commit) {
      await db.query(
        `insert into core.state_commits (environment_id, commit, entries) values ($1, $2, '[]')`,
        [environmentId, commit],
      );
    },
    async expireWork() {
      await db.query(
        `update core.work_items set due_at = now() - interval '1 second' where status = 'leased'`,
      );
    },
    async expireEnvironments(owner) {
      await db.query(
        `update core.environments set lease_until = now() - interval '1 second' where lease_owner = $1`,
        [owner],
      );
    },
    async close() {
      await Promise.all(sources.map((source) => source.close()));
      await db.close();
      await database.drop();
    },
  };
});
