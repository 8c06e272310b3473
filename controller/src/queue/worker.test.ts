import { expect } from 'chai';
import { eventually } from '@codex-k8s/testing';
import type { Database } from '../database/index.ts';
import { embeddedDatabase, postgresDatabase } from '../database/testing/index.ts';
import type { DatabaseUnderTest } from '../database/testing/index.ts';
import { claimWork } from './claim.ts';
import { enqueueEvent, enqueueState } from './enqueue.ts';
import { recoverWork } from './leases.ts';
import type { Outcome, WorkItem } from './types.ts';
import { wake } from './wake.ts';
import { createWorker } from './worker.ts';
import type { Worker, WorkerOptions } from './worker-options.ts';

const kinds: Record<string, () => Promise<DatabaseUnderTest>> = {
  PostgreSQL: () => postgresDatabase('worker'),
  PGlite: () => embeddedDatabase(),
};

/** A door that handlers wait at until it is opened. */
function door(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

for (const [name, open] of Object.entries(kinds))
  describe(`a worker on ${name}`, function () {
    this.timeout(60_000);
    let under: DatabaseUnderTest;
    let db: Database;
    const workers: Worker[] = [];
    before(async () => {
      under = await open();
      db = under.db;
    });
    after(() => under.drop());
    afterEach(async () => {
      await Promise.all(workers.splice(0).map((worker) => worker.stop()));
      await db.query('delete from core.work_items');
    });

    // The poll is far away: what happens soon happens because somebody was told.
    const start = (options: Partial<WorkerOptions> & Pick<WorkerOptions, 'kinds'>): Worker => {
      const worker = createWorker(db, { name: 'test', pollMs: 30_000, graceMs: 20, ...options });
      workers.push(worker);
      worker.start();
      return worker;
    };
    const request = (key: string, kind = 'render', projectId?: string): Promise<unknown> =>
      db.inTransaction((tx) => enqueueState(tx, { kind, key, projectId }));
    const event = (id: string, key = 'k'): Promise<unknown> =>
      db.inTransaction((tx) =>
        enqueueEvent(tx, { kind: 'comment', key, idempotencyKey: id, payload: { id } }),
      );
    const done: Outcome = { kind: 'done' };

    it('does what was waiting when it started, and what comes later, without waiting for a poll', async () => {
      await request('before');
      const seen: string[] = [];
      start({
        kinds: {
          render: {
            concurrency: 1,
            handle: (item) => Promise.resolve((seen.push(item.key), done)),
          },
        },
      });
      await eventually(() => expect(seen).to.deep.equal(['before']));
      await request('after');
      await eventually(() => expect(seen).to.deep.equal(['before', 'after']));
    });

    it('leaves other kinds alone', async () => {
      await request('other', 'sweep');
      const seen: string[] = [];
      start({
        kinds: {
          render: {
            concurrency: 1,
            handle: (item) => Promise.resolve((seen.push(item.key), done)),
          },
        },
      });
      await request('mine');
      await eventually(() => expect(seen).to.deep.equal(['mine']));
    });

    it('runs as many at once as a kind may, and no more', async () => {
      const gate = door();
      let running = 0;
      let most = 0;
      let ended = 0;
      for (let n = 0; n < 7; n += 1) await request(`k${String(n)}`);
      start({
        kinds: {
          render: {
            concurrency: 3,
            async handle() {
              running += 1;
              most = Math.max(most, running);
              await gate.opened;
              running -= 1;
              ended += 1;
              return done;
            },
          },
        },
      });
      await eventually(() => expect(running).to.equal(3));
      gate.open();
      await eventually(() => expect(ended).to.equal(7));
      expect(most).to.equal(3);
    });

    it('does one project’s single item soon although another has many', async () => {
      const order: string[] = [];
      for (let n = 0; n < 40; n += 1)
        await request(`big-${String(n)}`, 'render', '11111111-1111-4111-8111-111111111111');
      await request('small', 'render', '22222222-2222-4222-8222-222222222222');
      start({
        kinds: {
          render: {
            concurrency: 1,
            handle: (item) => Promise.resolve((order.push(item.key), done)),
          },
        },
      });
      await eventually(() => expect(order).to.have.lengthOf(41));
      expect(order.indexOf('small')).to.be.at.most(2);
    });

    it('repeats what threw, after a pause, with the attempt counted', async () => {
      await request('env');
      const attempts: number[] = [];
      start({
        kinds: {
          render: {
            concurrency: 1,
            handle(item) {
              attempts.push(item.attempts);
              if (item.attempts < 2) throw new Error('on purpose');
              return Promise.resolve(done);
            },
          },
        },
      });
      await eventually(() => expect(attempts).to.deep.equal([0, 1, 2]));
    });

    it('repeats what could not be recorded', async () => {
      await request('env');
      const attempts: number[] = [];
      start({
        kinds: {
          render: {
            concurrency: 1,
            handle: (item) =>
              Promise.resolve({
                kind: 'done',
                async record(tx) {
                  attempts.push(item.attempts);
                  if (item.attempts === 0) await tx.query('select no_such_column');
                },
              }),
          },
        },
      });
      await eventually(() => expect(attempts).to.deep.equal([0, 1]));
    });

    it('goes on with parked work when its topic is announced, and when its deadline comes', async () => {
      await request('by-topic');
      await request('by-time');
      const seen: string[] = [];
      start({
        kinds: {
          render: {
            concurrency: 2,
            handle(item) {
              seen.push(item.key);
              if (seen.filter((key) => key === item.key).length > 1) return Promise.resolve(done);
              return Promise.resolve({
                kind: 'park',
                wakeOn: ['t'],
                ...(item.key === 'by-time' ? { deadlineMs: 100 } : {}),
              });
            },
          },
        },
      });
      await eventually(() => expect(seen.filter((key) => key === 'by-time')).to.have.lengthOf(2));
      expect(seen.filter((key) => key === 'by-topic')).to.have.lengthOf(1);
      await db.inTransaction((tx) => wake(tx, 't'));
      await eventually(() => expect(seen.filter((key) => key === 'by-topic')).to.have.lengthOf(2));
    });

    it('hands a batch over at once, and one by one after it failed, in order', async () => {
      for (const id of ['1', '2', '3']) await event(id);
      const calls: unknown[][] = [];
      start({
        kinds: {
          comment: {
            concurrency: 1,
            handleBatch(items) {
              calls.push(items.map((item) => item.payload['id']));
              if (items.length > 1) throw new Error('one of them is poison');
              return Promise.resolve(done);
            },
          },
        },
      });
      await eventually(() => expect(calls).to.deep.equal([['1', '2', '3'], ['1'], ['2'], ['3']]));
    });

    it('takes a single item at once, and of a stream what came meanwhile together', async () => {
      const calls: { at: number; ids: unknown[] }[] = [];
      start({
        kinds: {
          comment: {
            concurrency: 1,
            spacingMs: 1_000,
            handleBatch(items) {
              calls.push({ at: performance.now(), ids: items.map((item) => item.payload['id']) });
              return Promise.resolve(done);
            },
          },
        },
      });
      await event('1');
      await eventually(() => expect(calls).to.have.lengthOf(1));
      for (const id of ['2', '3', '4']) await event(id);
      await eventually(() => expect(calls).to.have.lengthOf(2));
      expect(calls.map((call) => call.ids)).to.deep.equal([['1'], ['2', '3', '4']]);
      expect((calls[1]?.at ?? 0) - (calls[0]?.at ?? 0)).to.be.at.least(900);
    });

    it('keeps its leases while handlers run', async () => {
      await request('env');
      const gate = door();
      let ended = false;
      start({
        leaseMs: 150,
        kinds: {
          render: {
            concurrency: 1,
            async handle(_item, context) {
              await gate.opened;
              ended = !context.signal.aborted;
              return done;
            },
          },
        },
      });
      const began = performance.now();
      await eventually(async () => {
        await recoverWork(db, { kinds: ['render'], maxAttempts: [20] });
        expect(performance.now() - began).to.be.greaterThan(600);
      });
      gate.open();
      await eventually(() => expect(ended).to.equal(true));
      await eventually(async () =>
        expect(await db.query('select status, attempts from core.work_items')).to.deep.equal([
          { status: 'done', attempts: 0 },
        ]),
      );
    });

    it('aborts a handler whose lease was lost, and keeps nothing of it', async () => {
      await request('env');
      let items: readonly WorkItem[] = [];
      const aborted = door();
      start({
        leaseMs: 150,
        kinds: {
          render: {
            concurrency: 1,
            async handle(item, context) {
              items = [item];
              await new Promise<void>((resolve) =>
                context.signal.addEventListener('abort', () => resolve()),
              );
              aborted.open();
              return {
                kind: 'done',
                record: (tx) =>
                  enqueueState(tx, { kind: 'apply', key: 'env' }).then(() => undefined),
              };
            },
          },
        },
      });
      await eventually(() => expect(items).to.have.lengthOf(1));
      // Another worker, to which the lease seemed over.
      await db.query('update core.work_items set fencing_token = fencing_token + 1');
      await aborted.opened;
      await Promise.all(workers.splice(0).map((worker) => worker.stop()));
      expect(await db.query(`select key from core.work_items where kind = 'apply'`)).to.deep.equal(
        [],
      );
    });

    it('lets handlers finish when it is stopped, and begins nothing more', async () => {
      for (const key of ['a', 'b']) await request(key);
      const begun = door();
      const gate = door();
      const seen: string[] = [];
      const worker = start({
        graceMs: 10_000,
        kinds: {
          render: {
            concurrency: 1,
            async handle(item) {
              seen.push(item.key);
              begun.open();
              await gate.opened;
              return done;
            },
          },
        },
      });
      await begun.opened;
      const stopped = worker.stop();
      gate.open();
      await stopped;
      expect(seen).to.have.lengthOf(1);
      expect(await db.query('select status from core.work_items order by status')).to.deep.equal([
        { status: 'done' },
        { status: 'ready' },
      ]);
    });

    for (const hears of [true, false])
      it(`gives work back at once when its handler ${hears ? 'ends on the abort' : 'does not hear the abort'}`, async () => {
        await request('env');
        const begun = door();
        const gate = door();
        const worker = start({
          kinds: {
            render: {
              concurrency: 1,
              async handle(_item, context) {
                begun.open();
                if (hears)
                  await new Promise((_resolve, reject) =>
                    context.signal.addEventListener('abort', () => reject(new Error('stopped'))),
                  );
                else await gate.opened;
                return done;
              },
            },
          },
        });
        await begun.opened;
        await worker.stop();
        const { items } = await claimWork(db, {
          owner: 'other',
          leaseMs: 60_000,
          asks: [{ kind: 'render', total: 1 }],
        });
        expect(items[0]).to.include({ key: 'env', attempts: 0 });
        gate.open();
      });

    it('asks for the admitted keys at every claim', async () => {
      let admitted = ['a'];
      const seen: string[] = [];
      for (const key of ['a', 'b']) await request(key);
      start({
        keyFilter: () => admitted,
        kinds: {
          render: {
            concurrency: 2,
            handle: (item) => Promise.resolve((seen.push(item.key), done)),
          },
        },
      });
      await eventually(() => expect(seen).to.deep.equal(['a']));
      admitted = ['b'];
      await request('c');
      await eventually(() => expect(seen).to.deep.equal(['a', 'b']));
    });

    it('says when a finish was committed', async () => {
      await request('env');
      const status: unknown[] = [];
      start({
        kinds: {
          render: {
            concurrency: 1,
            handle: () => Promise.resolve(done),
            onFinished: async () => {
              status.push(...(await db.query('select status from core.work_items')));
            },
          },
        },
      });
      await eventually(() => expect(status).to.deep.equal([{ status: 'done' }]));
    });
  });

describe('a worker whose database comes and goes', function () {
  this.timeout(60_000);

  it('finishes what it did while the connections were cut, and hears of new work again', async () => {
    const under = await postgresDatabase('cut', { applicationName: 'cut-worker' });
    const admin = await under.again({ applicationName: 'admin' });
    const seen: string[] = [];
    const worker = createWorker(under.db, {
      name: 'test',
      pollMs: 30_000,
      kinds: {
        render: {
          concurrency: 1,
          handle: async (item) => {
            seen.push(item.key);
            await admin.query(
              `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'cut-worker%'`,
            );
            return { kind: 'done' };
          },
        },
      },
    });
    worker.start();
    const request = (key: string): Promise<unknown> =>
      admin.inTransaction((tx) => enqueueState(tx, { kind: 'render', key }));
    for (const key of ['one', 'two', 'three']) {
      await request(key);
      await eventually(
        async () =>
          expect(
            await admin.query(`select status from core.work_items where key = $1`, [key]),
          ).to.deep.equal([{ status: 'done' }]),
        { timeoutMs: 20_000 },
      );
    }
    await worker.stop();
    expect(new Set(seen)).to.deep.equal(new Set(['one', 'two', 'three']));
    await under.drop();
  });
});
