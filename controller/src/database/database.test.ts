import { expect } from 'chai';
import { eventually } from '@codex-k8s/testing';
import { PlatformState } from './entities/platform-state.ts';
import { assertNoTransaction } from './transaction-scope.ts';
import { embeddedDatabase, postgresDatabase } from './testing/index.ts';
import type { DatabaseUnderTest } from './testing/index.ts';
import type { Tx } from './types.ts';

const kinds: Record<string, () => Promise<DatabaseUnderTest>> = {
  PostgreSQL: () => postgresDatabase('database'),
  PGlite: () => embeddedDatabase(),
};
const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'resolved',
    (error: unknown) =>
      error instanceof Error && 'data' in error ? (error.data as { code: string }).code : error,
  );

for (const [name, open] of Object.entries(kinds))
  describe(`the database over ${name}`, function () {
    this.timeout(60_000);
    let under: DatabaseUnderTest;
    before(async () => {
      under = await open();
    });
    after(() => under.drop());
    beforeEach(() => under.db.query(`delete from core.platform_state where key <> 'epoch'`));

    const keys = async (): Promise<string[]> =>
      (
        await under.db.query<{ key: string }>(
          `select key from core.platform_state where key <> 'epoch' order by key`,
        )
      ).map((row) => row.key);
    const insert = (tx: Pick<Tx, 'query'>, key: string): Promise<object[]> =>
      tx.query(`insert into core.platform_state (key, value) values ($1, '{}')`, [key]);

    it('gives values of one meaning on both kinds', async () => {
      const at = new Date('2026-01-02T03:04:05.678Z');
      const [row] = await under.db.query(
        `select $1::bigint as big, $2::timestamptz as at, $3::jsonb as document, $4::text[] as texts, $5::bytea as bytes, array[1, null]::bigint[] as bigs,
           1.50::numeric as exact, $6::uuid as id, null as nothing, true as yes, 'infinity'::timestamptz as never, $7::double precision as real, array[$2::timestamptz] as times`,
        [
          2 ** 53 - 1,
          at,
          JSON.stringify([{ a: 1 }]),
          ['a', 'b,"c'],
          Buffer.from([0, 255]),
          '8f14e45f-ceea-467f-a0e6-1a2b3c4d5e6f',
          0.5,
        ],
      );
      expect(row).to.deep.equal({
        big: 2 ** 53 - 1,
        at,
        document: [{ a: 1 }],
        texts: ['a', 'b,"c'],
        bytes: Buffer.from([0, 255]),
        bigs: [1, null],
        exact: '1.50',
        id: '8f14e45f-ceea-467f-a0e6-1a2b3c4d5e6f',
        nothing: null,
        yes: true,
        never: Number.POSITIVE_INFINITY,
        real: 0.5,
        times: [at],
      });
    });

    it('refuses a bigint that a number cannot hold', async () => {
      expect(await codeOf(under.db.query(`select 9007199254740993::bigint`))).to.equal('CK-DB-007');
    });

    it('commits what a transaction did', async () => {
      expect(
        await under.db.inTransaction(async (tx) => (await insert(tx, 'a'), 'result')),
      ).to.equal('result');
      expect(await keys()).to.deep.equal(['a']);
    });

    it('keeps nothing of a transaction that fails', async () => {
      const failed = under.db.inTransaction(async (tx) => {
        await insert(tx, 'a');
        throw new Error('on purpose');
      });
      expect(await failed.catch(String)).to.equal('Error: on purpose');
      expect(await keys()).to.deep.equal([]);
    });

    it('shares one transaction between entities and statements', async () => {
      const failed = under.db.inTransaction(async (tx) => {
        await insert(tx, 'a');
        const found = await tx.em.findOneOrFail(PlatformState, { key: 'a' });
        found.value = { changed: true };
        tx.em.create(PlatformState, { key: 'b', value: [1] });
        await tx.em.flush();
        expect(
          await tx.query(
            `select key, value from core.platform_state where key <> 'epoch' order by key`,
          ),
        ).to.deep.equal([
          { key: 'a', value: { changed: true } },
          { key: 'b', value: [1] },
        ]);
        throw new Error('on purpose');
      });
      expect(await failed.catch(String)).to.equal('Error: on purpose');
      expect(await keys()).to.deep.equal([]);
    });

    it('refuses every other use of the database inside a transaction', async () => {
      const em = under.db.em();
      for (const use of [
        () => under.db.query('select 1'),
        () => under.db.inTransaction(() => Promise.resolve()),
        () => Promise.resolve().then(() => under.db.em()),
        () => em.count(PlatformState),
        () => Promise.resolve().then(() => under.db.listen('channel', () => {})),
        () => Promise.resolve().then(() => assertNoTransaction('git')),
      ])
        expect(await codeOf(under.db.inTransaction<unknown>(() => use())), String(use)).to.equal(
          'CK-DB-001',
        );
    });

    it('lets background work of a transaction use the database when it is over', async () => {
      const { promise: over, resolve } = Promise.withResolvers<void>();
      let later: Promise<unknown> | undefined;
      await under.db.inTransaction(() => {
        later = over.then(() => under.db.query('select 1 as one'));
        return Promise.resolve();
      });
      resolve();
      expect(await later).to.deep.equal([{ one: 1 }]);
    });

    it('does not commit when a failed statement was swallowed', async () => {
      const work = under.db.inTransaction(async (tx) => {
        await insert(tx, 'a');
        await tx.query('select no_such_column').catch(() => {});
      });
      expect(await codeOf(work)).to.equal('CK-DB-003');
      expect(await keys()).to.deep.equal([]);
    });

    it('does not commit while statements are still running', async () => {
      const work = under.db.inTransaction((tx) => {
        void insert(tx, 'a');
        return Promise.resolve();
      });
      expect(await codeOf(work)).to.equal('CK-DB-002');
      expect(await keys()).to.deep.equal([]);
    });

    it('runs statements that are asked for together one after the other', async () => {
      const rows = await under.db.inTransaction((tx) =>
        Promise.all([1, 2, 3].map((n) => tx.query('select $1::int as n', [n]))),
      );
      expect(rows.flat()).to.deep.equal([{ n: 1 }, { n: 2 }, { n: 3 }]);
    });

    it('refuses a transaction that is over', async () => {
      let kept: Tx | undefined;
      await under.db.inTransaction((tx) => {
        kept = tx;
        return Promise.resolve();
      });
      expect(await codeOf(kept?.query('select 1') ?? Promise.resolve())).to.equal('CK-DB-002');
    });

    it('runs transactions beside each other without mixing them', async () => {
      const works = Array.from({ length: 20 }, (_, index) =>
        under.db
          .inTransaction(async (tx) => {
            await insert(tx, `k${String(index).padStart(2, '0')}`);
            await tx.query('select 1');
            if (index % 2 === 1) throw new Error('odd');
          })
          .catch(() => {}),
      );
      await Promise.all(works);
      expect(await keys()).to.deep.equal(
        Array.from({ length: 10 }, (_, index) => `k${String(index * 2).padStart(2, '0')}`),
      );
    });

    it('tells listeners what a transaction announced, when it has committed', async () => {
      const heard: string[] = [];
      const stop = await under.db.listen('news', (payload) => heard.push(payload));
      await under.db.inTransaction(async (tx) => {
        await tx.query(`select pg_notify('news', 'one')`);
        await tx.query(`select pg_notify('news', 'one')`);
        expect(heard).to.deep.equal([]);
      });
      await under.db
        .inTransaction(async (tx) => {
          await tx.query(`select pg_notify('news', 'never')`);
          throw new Error('on purpose');
        })
        .catch(() => {});
      await under.db.query(`select pg_notify('news', 'two')`);
      await eventually(() => expect(heard).to.deep.equal(['one', 'two']));
      await stop();
      await under.db.query(`select pg_notify('news', 'three')`);
      await under.db.query('select 1');
      expect(heard).to.deep.equal(['one', 'two']);
    });

    it('reads and writes entities outside a transaction', async () => {
      const em = under.db.em();
      em.create(PlatformState, { key: 'entity', value: { a: 1 } });
      await em.flush();
      const read = await under.db.em().findOneOrFail(PlatformState, { key: 'entity' });
      expect(read.value).to.deep.equal({ a: 1 });
      expect(read.updatedAt).to.be.instanceOf(Date);
    });
  });
