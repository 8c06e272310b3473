import { randomUUID } from 'node:crypto';
import { eventually } from '@codex-k8s/testing';
import { expect } from 'chai';
import type { Database } from '../database/index.ts';
import { postgresDatabase } from '../database/testing/index.ts';
import { createEnvironmentLeases } from './index.ts';

describe('the leases of environments', () => {
  let db: Database;
  let drop: () => Promise<void>;
  const ids = [randomUUID(), randomUUID()].toSorted();

  before(async () => {
    ({ db, drop } = await postgresDatabase('leases'));
    const projectId = randomUUID();
    await db.query(`insert into core.projects (id, slug, name) values ($1, 'shop', 'shop')`, [
      projectId,
    ]);
    // Stored in the opposite order: nobody may rely on the order of the table.
    for (const [index, id] of [...ids.entries()].toReversed())
      await db.query(
        `insert into core.environments (id, project_id, name, cluster, branch, namespace) values ($1, $2, $3, 'local', $3, $3)`,
        [id, projectId, `env-${index}`],
      );
  });
  after(() => drop());

  const leasesOf = (owner: string): ReturnType<typeof createEnvironmentLeases> =>
    createEnvironmentLeases(db, { owner, clusters: ['local'], leaseMs: 60_000 });

  /** Acquires while a transaction is writing the environments' rows, as every push does. */
  async function acquireBehindAWrite(owner: string): Promise<string[]> {
    const { promise: written, resolve: write } = Promise.withResolvers<void>();
    const { promise: open, resolve: commit } = Promise.withResolvers<void>();
    const writing = db.inTransaction(async (tx) => {
      await tx.query('update core.environments set updated_at = now()');
      write();
      await open;
    });
    await written;
    const acquired = leasesOf(owner).acquire();
    // Long enough for a statement that does not wait to have been answered.
    await Promise.race([acquired, db.query('select pg_sleep(0.2)')]);
    commit();
    await writing;
    return (await acquired).map((target) => target.id);
  }

  it('stay with who holds them while a push writes the environment', async () => {
    await leasesOf('holder').acquire();
    expect(await acquireBehindAWrite('holder')).to.deep.equal(ids);
  });

  it('are given back in the order in which a push locks environments', async () => {
    await leasesOf('holder').acquire();
    const { promise: locked, resolve: lock } = Promise.withResolvers<void>();
    const { promise: open, resolve: commit } = Promise.withResolvers<void>();
    const holding = db.inTransaction(async (tx) => {
      await tx.query('select from core.environments where id = $1 for no key update', [ids[0]]);
      lock();
      await open;
    });
    await locked;
    const released = leasesOf('holder').release();
    await eventually(async () => {
      const [waiting] = await db.query<{ count: number }>(
        `select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      expect(waiting?.count).to.equal(1);
    });
    const second = await db.query(
      'select from core.environments where id = $1 for no key update skip locked',
      [ids[1]],
    );
    commit();
    await Promise.all([holding, released]);
    expect(second).to.have.lengthOf(1);
  });

  it('leave what another is taking at this moment to the other, without waiting', async () => {
    await leasesOf('holder').release();
    expect(await acquireBehindAWrite('late')).to.deep.equal([]);
  });
});
