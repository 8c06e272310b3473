import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import type { Database } from '../database/index.ts';
import { embeddedDatabase, postgresDatabase } from '../database/testing/index.ts';
import type { DatabaseUnderTest } from '../database/testing/index.ts';
import type { ErrorData } from '../errors/index.ts';
import { claimWork } from './claim.ts';
import type { Ask } from './claim-decision.ts';
import { enqueueEvent, enqueueState } from './enqueue.ts';
import type { EventRequest, StateRequest } from './enqueue.ts';
import { FencingLost } from './failures.ts';
import { finishWork } from './finish.ts';
import {
  beginEpoch,
  forgetTopics,
  recoverWork,
  releaseAllLeases,
  releaseLeases,
  renewLeases,
  retryFailed,
} from './leases.ts';
import type { Outcome, WorkItem } from './types.ts';
import { wake } from './wake.ts';

const kinds: Record<string, () => Promise<DatabaseUnderTest>> = {
  PostgreSQL: () => postgresDatabase('queue'),
  PGlite: () => embeddedDatabase(),
};
const trouble: ErrorData = { code: 'TEST-001', message: 'on purpose' };

for (const [name, open] of Object.entries(kinds))
  describe(`the work queue on ${name}`, function () {
    this.timeout(60_000);
    let under: DatabaseUnderTest;
    let db: Database;
    before(async () => {
      under = await open();
      db = under.db;
    });
    after(() => under.drop());
    beforeEach(async () => {
      await db.query('delete from core.work_items');
      await db.query('delete from core.work_topics');
    });

    const state = (key: string, more: Partial<StateRequest> = {}): Promise<unknown> =>
      db.inTransaction((tx) => enqueueState(tx, { kind: 'render', key, ...more }));
    const event = (id: string, key = 'k', more: Partial<EventRequest> = {}): Promise<boolean> =>
      db.inTransaction((tx) =>
        enqueueEvent(tx, { kind: 'comment', key, idempotencyKey: id, payload: { id }, ...more }),
      );
    const claim = async (ask: Partial<Ask> = {}, leaseMs = 60_000): Promise<WorkItem[]> =>
      (
        await claimWork(db, {
          owner: 'test',
          leaseMs,
          asks: [{ kind: 'render', total: 10, ...ask }],
        })
      ).items;
    const claimOne = async (ask: Partial<Ask> = {}): Promise<WorkItem> => {
      const [item] = await claim({ total: 1, ...ask });
      if (!item) throw new Error('nothing was claimed');
      return item;
    };
    const claimComments = (ask: Partial<Ask> = {}): Promise<WorkItem[]> =>
      claim({ kind: 'comment', ...ask });
    const finish = (
      item: WorkItem | readonly WorkItem[],
      outcome: Outcome,
      maxAttempts?: number,
    ): Promise<void> =>
      finishWork(
        db,
        'id' in item ? [item] : item,
        outcome,
        maxAttempts === undefined ? {} : { maxAttempts },
      );
    const keysOf = (items: readonly WorkItem[]): string[] => items.map((item) => item.key);
    const idsOf = (items: readonly WorkItem[]): unknown[] =>
      items.map((item) => item.payload['id']);
    const rows = (): Promise<
      { key: string; status: string; attempts: number; last_error: ErrorData | null }[]
    > => db.query('select key, status, attempts, last_error from core.work_items order by id');
    /** Lets time pass for what waits for it. */
    const pass = (): Promise<object[]> =>
      db.query(
        `update core.work_items set due_at = now() - interval '1 second' where due_at <> 'infinity'`,
      );
    const recover = (maxAttempts = 20): Promise<void> =>
      recoverWork(db, { kinds: ['render', 'comment'], maxAttempts: [maxAttempts, maxAttempts] });
    const failureOf = (work: Promise<unknown>): Promise<unknown> =>
      work.then(
        () => undefined,
        (error: unknown) => error,
      );

    describe('state work', () => {
      it('is one row however often it is requested', async () => {
        for (const number of [1, 2, 3]) await state('env', { payload: { number } });
        const items = await claim();
        expect(items).to.have.lengthOf(1);
        expect(items[0]).to.include({
          class: 'state',
          kind: 'render',
          key: 'env',
          generation: 3,
          attempts: 0,
        });
        expect(items[0]?.payload).to.deep.equal({ number: 3 });
        expect(items[0]?.createdAt).to.be.instanceOf(Date);
      });

      it('keeps the payload when a request brings none', async () => {
        await state('env', { payload: { a: 1 } });
        await state('env');
        expect((await claimOne()).payload).to.deep.equal({ a: 1 });
      });

      it('is not claimed twice, and gone from the line when done', async () => {
        await state('env');
        const item = await claimOne();
        expect(await claim()).to.deep.equal([]);
        await finish(item, { kind: 'done' });
        expect(await claim()).to.deep.equal([]);
        expect((await rows())[0]).to.include({ status: 'done' });
      });

      it('comes again when it was requested while it was worked on', async () => {
        await state('env');
        const item = await claimOne();
        await state('env');
        expect(await claim()).to.deep.equal([]);
        await finish(item, { kind: 'done' });
        const next = await claimOne();
        expect(next.generation).to.equal(2);
        await finish(next, { kind: 'done' });
        expect(await claim()).to.deep.equal([]);
      });

      it('starts anew when requested after it was done or failed, and continues its generation', async () => {
        await state('env');
        await finish(await claimOne(), { kind: 'failed', error: trouble });
        expect((await rows())[0]).to.deep.include({ status: 'failed', last_error: trouble });
        expect(await claim()).to.deep.equal([]);
        await state('env');
        const item = await claimOne();
        expect(item.generation).to.equal(2);
      });

      it('never becomes terminal by attempts', async () => {
        await state('env');
        for (let attempt = 0; attempt < 25; attempt += 1) {
          const item = await claimOne();
          expect(item.attempts).to.equal(attempt);
          await finish(item, { kind: 'retry', error: trouble, afterMs: 0 }, 3);
        }
        expect((await rows())[0]).to.include({ status: 'ready', attempts: 25 });
      });

      it('waits until it is due, and at most as long as the first request says', async () => {
        await state('env', { dueAt: new Date(Date.now() + 60_000) });
        expect(await claim()).to.deep.equal([]);
        await state('env', { dueAt: new Date(Date.now() + 600_000) });
        await pass();
        expect(keysOf(await claim())).to.deep.equal(['env']);
      });

      it('is claimed only by keys that are admitted', async () => {
        for (const key of ['a', 'b', 'c']) await state(key);
        expect(keysOf(await claim({ keys: ['b', 'x'] }))).to.deep.equal(['b']);
        expect(keysOf(await claim({ keys: [] }))).to.deep.equal([]);
      });

      it('prefers short work, and keeps slots for it', async () => {
        await state('long-1');
        await state('long-2');
        await state('short', { lane: 'short' });
        expect(keysOf(await claim({ total: 2, ordinary: 1 }))).to.deep.equal(['short', 'long-1']);
      });

      it('takes turns between projects', async () => {
        const [big, small] = [randomUUID(), randomUUID()];
        for (let n = 0; n < 50; n += 1) await state(`big-${String(n)}`, { projectId: big });
        await state('small', { projectId: small });
        expect(keysOf(await claim({ total: 2 }))).to.include('small');
      });
    });

    describe('event work', () => {
      it('is added once per idempotency key', async () => {
        expect(await event('1')).to.equal(true);
        expect(await event('1')).to.equal(false);
        expect(idsOf(await claimComments())).to.deep.equal(['1']);
      });

      it('comes in order per key, one at a time', async () => {
        for (const id of ['1', '2', '3']) await event(id);
        await event('x', 'other');
        const first = await claimComments();
        expect(idsOf(first)).to.deep.equal(['1', 'x']);
        expect(await claimComments()).to.deep.equal([]);
        await finish(first[0] ?? [], { kind: 'done' });
        expect(idsOf(await claimComments())).to.deep.equal(['2']);
      });

      it('is not overtaken by a younger one of its key while it waits for another attempt or is parked', async () => {
        await event('1');
        await event('2');
        await finish(await claimOne({ kind: 'comment' }), {
          kind: 'retry',
          error: trouble,
          afterMs: 60_000,
        });
        expect(await claimComments()).to.deep.equal([]);
        await pass();
        const again = await claimOne({ kind: 'comment' });
        expect(again.payload).to.deep.equal({ id: '1' });
        expect(again.attempts).to.equal(1);
        await finish(again, { kind: 'park', wakeOn: ['t'] });
        expect(await claimComments()).to.deep.equal([]);
        await db.inTransaction((tx) => wake(tx, 't'));
        expect(idsOf(await claimComments())).to.deep.equal(['1']);
      });

      it('leaves no row when done', async () => {
        await event('1');
        await finish(await claimOne({ kind: 'comment' }), { kind: 'done' });
        expect(await rows()).to.deep.equal([]);
      });

      it('is given up after its last attempt, visibly, and lets the next one pass', async () => {
        await event('1');
        await event('2');
        await finish(
          await claimOne({ kind: 'comment' }),
          { kind: 'retry', error: trouble, afterMs: 0 },
          2,
        );
        await finish(
          await claimOne({ kind: 'comment' }),
          { kind: 'retry', error: trouble, afterMs: 0 },
          2,
        );
        expect((await rows())[0]).to.deep.include({
          status: 'failed',
          attempts: 2,
          last_error: trouble,
        });
        expect(idsOf(await claimComments())).to.deep.equal(['2']);
      });

      it('that was given up can be put back, and is in its place again', async () => {
        await event('1');
        await finish(await claimOne({ kind: 'comment' }), { kind: 'failed', error: trouble });
        await event('2');
        const [row] = await db.query<{ id: string }>(
          `select id::text from core.work_items where status = 'failed'`,
        );
        expect(await db.inTransaction((tx) => retryFailed(tx, row?.id ?? ''))).to.equal(true);
        expect(await db.inTransaction((tx) => retryFailed(tx, row?.id ?? ''))).to.equal(false);
        expect(idsOf(await claimComments())).to.deep.equal(['1']);
      });

      it('comes in batches, in order, and finishes together', async () => {
        for (const id of ['1', '2', '3', '4']) await event(id);
        const items = await claimComments({ total: 3, batched: true });
        expect(idsOf(items)).to.deep.equal(['1', '2', '3']);
        expect(await claimComments({ batched: true })).to.deep.equal([]);
        await finish(items, { kind: 'done' });
        expect(idsOf(await claimComments({ batched: true }))).to.deep.equal(['4']);
      });

      it('comes alone after a batch failed', async () => {
        for (const id of ['1', '2', '3']) await event(id);
        await finish(await claimComments({ batched: true }), {
          kind: 'retry',
          error: trouble,
          afterMs: 0,
        });
        for (const id of ['1', '2', '3']) {
          const items = await claimComments({ batched: true });
          expect(idsOf(items)).to.deep.equal([id]);
          await finish(items, { kind: 'done' });
        }
      });
    });

    describe('a finish', () => {
      it('keeps the record with it', async () => {
        await state('env');
        await finish(await claimOne(), {
          kind: 'done',
          record: (tx) => enqueueState(tx, { kind: 'apply', key: 'env' }).then(() => undefined),
        });
        expect(keysOf(await claim({ kind: 'apply' }))).to.deep.equal(['env']);
      });

      it('happens not at all when its record fails', async () => {
        await state('env');
        const item = await claimOne();
        const failing = finish(item, {
          kind: 'done',
          record: async (tx) => {
            await enqueueState(tx, { kind: 'apply', key: 'env' });
            throw new Error('on purpose');
          },
        });
        expect(String(await failureOf(failing))).to.equal('Error: on purpose');
        expect(await claim({ kind: 'apply' })).to.deep.equal([]);
        await finish(item, { kind: 'done' });
      });

      for (const [loss, lose] of Object.entries<(item: WorkItem) => Promise<unknown>>({
        'another worker took the item over': async () => {
          await pass();
          await recover();
          await claimOne();
        },
        'the lease ran out and was cleared away': async () => {
          await pass();
          await recover();
        },
        'it was given back': (item) => releaseLeases(db, [item]),
        'a restore began another epoch': () => beginEpoch(db),
      }))
        it(`is refused with everything it would record when ${loss}`, async () => {
          await state('env');
          const item = await claimOne();
          await lose(item);
          const recorded: Outcome = {
            kind: 'done',
            record: (tx) => enqueueState(tx, { kind: 'apply', key: 'env' }).then(() => undefined),
          };
          expect(await failureOf(finish(item, recorded))).to.be.instanceOf(FencingLost);
          expect(await failureOf(finish(item, { kind: 'done' }))).to.be.instanceOf(FencingLost);
          expect((await renewLeases(db, [item], 1_000)).size).to.equal(0);
          expect(await claim({ kind: 'apply' })).to.deep.equal([]);
        });

      it('of a batch is refused as a whole when one item is not held any more', async () => {
        await event('1', 'a');
        await event('2', 'b');
        const items = await claimComments({ batched: true });
        await releaseLeases(db, items.slice(1));
        expect(await failureOf(finish(items, { kind: 'done' }))).to.be.instanceOf(FencingLost);
        expect((await rows()).length).to.equal(2);
      });
    });

    describe('a lease', () => {
      it('goes on when it is renewed', async () => {
        await state('env');
        const item = await claimOne();
        await pass();
        expect([...(await renewLeases(db, [item], 60_000))]).to.deep.equal([item.id]);
        await recover();
        expect(await claim()).to.deep.equal([]);
        await finish(item, { kind: 'done' });
      });

      it('that ran out gives the item to others, with another token and the attempt counted', async () => {
        await state('env');
        const dead = await claimOne();
        await pass();
        await recover();
        const item = await claimOne();
        expect(item.fencingToken).to.not.equal(dead.fencingToken);
        expect(item.attempts).to.equal(1);
        expect((await rows())[0]?.last_error).to.include({ code: 'CK-QUEUE-002' });
      });

      it('of an event whose worker dies each time ends as failed', async () => {
        await event('1');
        for (const attempt of [1, 2]) {
          expect((await claimOne({ kind: 'comment' })).attempts).to.equal(attempt - 1);
          await pass();
          await recover(2);
        }
        expect((await rows())[0]).to.include({ status: 'failed', attempts: 2 });
      });

      it('given back is no failed attempt', async () => {
        await state('env');
        await releaseLeases(db, [await claimOne()]);
        expect(await claimOne()).to.include({ attempts: 0 });
      });

      it('is freed with all others by a process that is alone', async () => {
        await state('a');
        await state('b');
        await claim();
        await releaseAllLeases(db);
        expect(keysOf(await claim())).to.have.members(['a', 'b']);
      });
    });

    describe('parked work', () => {
      it('sleeps until its topic is announced', async () => {
        await state('env');
        await finish(await claimOne(), { kind: 'park', wakeOn: ['health:env', 'other'] });
        await pass();
        await recover();
        expect(await claim()).to.deep.equal([]);
        await db.inTransaction((tx) => wake(tx, 'unrelated'));
        expect(await claim()).to.deep.equal([]);
        await db.inTransaction((tx) => wake(tx, 'health:env'));
        expect(keysOf(await claim())).to.deep.equal(['env']);
      });

      it('sleeps until its deadline', async () => {
        await state('env');
        await finish(await claimOne(), { kind: 'park', wakeOn: [], deadlineMs: 60_000 });
        await recover();
        expect(await claim()).to.deep.equal([]);
        await pass();
        await recover();
        expect(await claimOne()).to.include({ attempts: 0 });
      });

      it('is ready at once when it is requested', async () => {
        await state('env');
        await finish(await claimOne(), { kind: 'park', wakeOn: ['t'] });
        await state('env');
        expect(await claimOne()).to.include({ generation: 2 });
      });

      it('does not fall asleep when it was requested or its topic announced since it was claimed', async () => {
        await state('a');
        await state('b');
        await db.inTransaction((tx) => wake(tx, 't'));
        const items = await claim();
        await db.inTransaction((tx) => wake(tx, 't'));
        await state('b');
        for (const item of items)
          await finish(item, { kind: 'park', wakeOn: [item.key === 'a' ? 't' : 'u'] });
        expect(keysOf(await claim())).to.have.members(['a', 'b']);
      });

      it('leaves no topics behind for ever', async () => {
        await state('env');
        await finish(await claimOne(), { kind: 'park', wakeOn: ['old', 'new'] });
        await db.query(
          `update core.work_topics set updated_at = now() - interval '2 days' where topic = 'old'`,
        );
        await forgetTopics(db);
        expect(await db.query('select topic from core.work_topics')).to.deep.equal([
          { topic: 'new' },
        ]);
        await db.inTransaction((tx) => wake(tx, 'old'));
        expect(keysOf(await claim())).to.deep.equal(['env']);
      });

      it('falls asleep when its topic was announced before it was claimed', async () => {
        await state('env');
        await db.inTransaction((tx) => wake(tx, 't'));
        await finish(await claimOne(), { kind: 'park', wakeOn: ['t'] });
        expect(await claim()).to.deep.equal([]);
      });
    });
  });

describe('an announcement that commits while its item is being parked', function () {
  this.timeout(60_000);

  it('is not lost, on whichever side of the park its commit falls', async () => {
    const under = await postgresDatabase('park-race');
    const { db } = under;
    try {
      for (const parkFirst of [true, false]) {
        const key = `env-${String(parkFirst)}`;
        await db.inTransaction((tx) => enqueueState(tx, { kind: 'render', key }));
        const announced = Promise.withResolvers<void>();
        const commit = Promise.withResolvers<void>();
        // Announced before the claim, committed after: neither the handler's look nor the park's may miss it.
        const waking = db.inTransaction(async (tx) => {
          if (!parkFirst) await wake(tx, 't');
          announced.resolve();
          await commit.promise;
          if (parkFirst) await wake(tx, 't');
        });
        await announced.promise;
        const { items } = await claimWork(db, {
          owner: 'test',
          leaseMs: 60_000,
          asks: [{ kind: 'render', total: 1 }],
        });
        const parking = finishWork(db, items, { kind: 'park', wakeOn: ['t'] });
        if (parkFirst) await parking;
        commit.resolve();
        await Promise.all([waking, parking]);
        const [row] = await db.query<{ status: string }>(
          'select status from core.work_items where key = $1',
          [key],
        );
        expect(row?.status).to.equal('ready');
      }
    } finally {
      await under.drop();
    }
  });
});
