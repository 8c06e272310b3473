import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { ApplyReport, ApplyWork } from '../apply/index.ts';
import { postgresDatabase } from '../database/testing/index.ts';
import type { DatabaseUnderTest } from '../database/testing/index.ts';
import { createPostgresWorkSource } from './index.ts';

describe('a run that is recorded after its commit was applied', () => {
  let under: DatabaseUnderTest;
  const environmentId = randomUUID();
  const runId = randomUUID();
  let source: ReturnType<typeof createPostgresWorkSource>;

  before(async () => {
    under = await postgresDatabase('waiting-runs');
    const { db } = under;
    const projectId = randomUUID();
    const repositoryId = randomUUID();
    await db.query(`insert into core.projects (id, slug, name) values ($1, 'shop', 'shop')`, [
      projectId,
    ]);
    await db.query(
      `insert into core.environments (id, project_id, name, cluster, branch, namespace) values ($1, $2, 'dev', 'local', 'env/dev', 'shop')`,
      [environmentId, projectId],
    );
    const secretId = randomUUID();
    await db.query(
      `insert into core.secrets (id, purpose, key_id, nonce, ciphertext) values ($1, 'webhook', 'k', '', '')`,
      [secretId],
    );
    await db.query(
      `insert into core.repositories (id, project_id, role, provider, full_name, url, stack, webhook_secret_id)
       values ($1, $2, 'source', 'local', 'shop/shop', '/shop.git', 'shop', $3)`,
      [repositoryId, projectId, secretId],
    );
    await db.query(
      `insert into core.agent_runs (id, kind, correlation_id, project_id, environment_id, repository_id, stack, status, phase,
         source_ref, source_sha, content_hash, received_at, started_at)
       values ($1, 'deploy', $1, $2, $3, $4, 'shop', 'running', 'rendered', 'refs/heads/main', 'a', 'hash', now(), now())`,
      [runId, projectId, environmentId, repositoryId],
    );
    source = createPostgresWorkSource(db, {
      owner: 'one',
      clusters: ['local'],
      workLeaseMs: 10_000,
      environmentLeaseMs: 10_000,
    });
    await source.acquireEnvironments();
  });
  after(async () => {
    await source.close();
    await under.drop();
  });

  const healthy: ApplyReport = {
    commit: 'c1',
    health: 'healthy',
    conditions: [],
    stacks: [{ stack: 'shop', contentHash: 'hash', state: 'healthy' }],
    upserts: [],
    removed: [],
    changes: [],
    hookRuns: [],
  };
  const phase = async (): Promise<string | undefined> =>
    (await under.db.query<{ phase: string }>('select phase from core.agent_runs'))[0]?.phase;

  async function claim(): Promise<ApplyWork> {
    await source.requestApply(environmentId, 'again');
    const [work] = await source.claim(1);
    return work ?? expect.fail('there was no work');
  }

  it('is waited for by the next step, which tells it what the last one told nobody', async () => {
    const early = await claim();
    expect(early.runsWait).to.equal(false);
    await source.finish(early, { kind: 'done' }, healthy);
    expect(await phase()).to.equal('rendered');

    await under.db.query(`update core.agent_runs set phase = 'committed', committed_at = now()`);
    const late = await claim();
    expect(late.runsWait).to.equal(true);
    await source.finish(late, { kind: 'done' }, healthy);
    expect(await phase()).to.equal('healthy');

    const idle = await claim();
    expect(idle.runsWait).to.equal(false);
    await source.finish(idle, { kind: 'done' });
  });
});
