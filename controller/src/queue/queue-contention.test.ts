import { eventually } from '@codex-k8s/testing';
import { expect } from 'chai';
import { setTimeout as pause } from 'node:timers/promises';
import type { Tx } from '../database/index.ts';
import { postgresDatabase } from '../database/testing/index.ts';
import type { DatabaseUnderTest } from '../database/testing/index.ts';
import { claimWork } from './claim.ts';
import { enqueueEvent, enqueueState } from './enqueue.ts';
import { FencingLost } from './failures.ts';
import { finishWork } from './finish.ts';
import { recoverWork, releaseLeases, renewLeases } from './leases.ts';
import type { WorkItem } from './types.ts';
import { createWorker } from './worker.ts';

// A small generator with a seed: what went wrong can be repeated.
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('many workers on one queue', function () {
  this.timeout(120_000);
  let under: DatabaseUnderTest;
  before(async () => {
    under = await postgresDatabase('contention', { poolSize: 12 });
    await under.db.query(
      'create table core.test_log (id bigserial primary key, class text, key text, number bigint)',
    );
  });
  after(() => under.drop());
  beforeEach(async () => {
    await under.db.query('delete from core.work_items');
    await under.db.query('delete from core.test_log');
  });

  const log = (tx: Tx, items: readonly WorkItem[]): Promise<object[]> =>
    tx.query(
      `insert into core.test_log (class, key, number) select i ->> 'class', i ->> 'key', (i ->> 'number')::bigint from jsonb_array_elements($1::jsonb) with ordinality as e(i, place) order by place`,
      [
        JSON.stringify(
          items.map((item) => ({
            class: item.class,
            key: item.key,
            number: item.class === 'event' ? item.payload['number'] : item.generation,
          })),
        ),
      ],
    );
  const logged = (workClass: string): Promise<{ key: string; number: number }[]> =>
    under.db.query('select key, number from core.test_log where class = $1 order by id', [
      workClass,
    ]);
  const ofKey = (rows: readonly { key: string; number: number }[], key: string): number[] =>
    rows.filter((row) => row.key === key).map((row) => row.number);

  const together: Record<string, (items: readonly WorkItem[]) => Promise<unknown>> = {
    'renewing leases': (items) => renewLeases(under.db, items, 60_000),
    finishing: (items) => finishWork(under.db, items, { kind: 'done' }),
    'giving back': (items) => releaseLeases(under.db, items),
  };
  for (const [what, act] of Object.entries(together))
    it(`lock several items by id whatever their order, so that nobody waits in a circle: ${what}`, async () => {
      const { db } = under;
      // In a table of some size the items are looked up one by one, in the order in which they were given.
      await db.query(
        `insert into core.work_items (class, kind, key, payload, status) select 'state', 'other', n::text, '{}', 'done' from generate_series(1, 20000) n`,
      );
      await db.query('analyze core.work_items');
      for (const key of ['a', 'b'])
        await db.inTransaction((tx) =>
          enqueueEvent(tx, { kind: 'event', key, idempotencyKey: key, payload: {} }),
        );
      const asks = [{ kind: 'event', total: 2, batched: true }];
      const { items } = await claimWork(db, { owner: 'one', leaseMs: 60_000, asks });
      const [older, newer] = items.toSorted((one, other) => Number(one.id) - Number(other.id));
      const free = (item: WorkItem | undefined): Promise<object[]> =>
        db.query('select from core.work_items where id = $1 for update skip locked', [item?.id]);
      const { promise: locked, resolve: lock } = Promise.withResolvers<void>();
      const { promise: open, resolve: leave } = Promise.withResolvers<void>();
      const holding = db.inTransaction(async (tx) => {
        await tx.query('select from core.work_items where id = $1 for update', [older?.id]);
        lock();
        await open;
      });
      await locked;
      const acting = act([newer, older].filter((item) => item !== undefined));
      await eventually(async () => {
        const [waiting] = await db.query<{ count: number }>(
          `select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
        expect(waiting?.count).to.equal(1);
      });
      const taken = await free(newer);
      leave();
      await holding;
      expect(taken).to.have.lengthOf(1);
      await acting;
    });

  for (const seed of [1, 2, 3])
    it(`record each event once and in order, and each newest request, while workers die and leases run out (seed ${String(seed)})`, async () => {
      const { db } = under;
      const random = generator(seed);
      const keys = ['a', 'b', 'c', 'd', 'e'];
      const events = 150;
      const production = { open: true };

      const producer = async (half: number): Promise<void> => {
        for (let number = half; number < events; number += 2) {
          const key = keys[number % keys.length] ?? '';
          await db.inTransaction(async (tx) => {
            await enqueueEvent(tx, {
              kind: 'event',
              key,
              idempotencyKey: String(number),
              payload: { number },
            });
            if (number % 3 === 0) await enqueueState(tx, { kind: 'state', key });
          });
          if (random() < 0.1) await pause(random() * 5);
        }
      };
      const worker = async (owner: string, batched: boolean): Promise<void> => {
        while (production.open || (await unfinished()) > 0) {
          const { items } = await claimWork(db, {
            owner,
            leaseMs: 30,
            asks: [
              { kind: 'event', total: batched ? 5 : 2, batched },
              { kind: 'state', total: 1 },
            ],
          });
          for (const group of [
            items.filter((item) => item.class === 'event'),
            items.filter((item) => item.class === 'state'),
          ]) {
            if (group.length === 0) continue;
            const chance = random();
            // Dies with the item, or takes so long that its lease runs out.
            if (chance < 0.1) continue;
            if (chance < 0.2) await pause(40);
            await finishWork(
              db,
              group,
              { kind: 'done', record: async (tx) => void (await log(tx, group)) },
              {},
            ).catch((error: unknown) => {
              if (!(error instanceof FencingLost)) throw error;
            });
          }
          if (items.length === 0) {
            await pause(5);
            await recoverWork(db, { kinds: ['event', 'state'], maxAttempts: [1_000, 1_000] });
          }
        }
      };
      const unfinished = async (): Promise<number> => {
        const [row] = await db.query<{ items: number }>(
          `select count(*) as items from core.work_items where status <> 'done'`,
        );
        return row?.items ?? 0;
      };
      await Promise.all([
        Promise.all([producer(0), producer(1)]).then(() => {
          production.open = false;
        }),
        worker('w0', true),
        worker('w1', false),
        worker('w2', true),
      ]);
      const done = await logged('event');
      expect(done.map((row) => row.number).toSorted((a, b) => a - b)).to.deep.equal(
        Array.from({ length: events }, (_, number) => number),
      );
      const generations = await logged('state');
      for (const key of keys) {
        const seen = ofKey(generations, key);
        expect(seen).to.deep.equal([...new Set(seen)].toSorted((a, b) => a - b));
        const [row] = await db.query<{ generation: number }>(
          `select generation from core.work_items where kind = 'state' and key = $1`,
          [key],
        );
        expect(seen.at(-1)).to.equal(row?.generation);
      }
      for (const half of [0, 1])
        for (const key of keys) {
          // The order of one producer is the order of the queue.
          const mine = ofKey(done, key).filter((number) => number % 2 === half);
          expect(mine).to.deep.equal(mine.toSorted((a, b) => a - b));
        }
    });

  it('never work on two events of one key, or one state item, at the same time', async () => {
    const { db } = under;
    const busy = new Set<string>();
    const overlaps: string[] = [];
    const count = { handled: 0 };
    const handle = async (items: readonly WorkItem[]): Promise<void> => {
      const names = new Set(items.map((item) => `${item.kind}/${item.key}`));
      for (const name of names) {
        if (busy.has(name)) overlaps.push(name);
        busy.add(name);
      }
      await pause(3);
      for (const name of names) busy.delete(name);
      count.handled += items.filter((item) => item.class === 'event').length;
    };
    const workers = ['w0', 'w1', 'w2'].map((name) =>
      createWorker(db, {
        name,
        pollMs: 50,
        kinds: {
          single: {
            concurrency: 4,
            handle: async (item) => (await handle([item]), { kind: 'done' }),
          },
          batch: {
            concurrency: 2,
            batch: 7,
            handleBatch: async (items) => (await handle(items), { kind: 'done' }),
          },
          state: {
            concurrency: 2,
            handle: async (item) => (await handle([item]), { kind: 'done' }),
          },
        },
      }),
    );
    for (const worker of workers) worker.start();
    const produce = async (from: number): Promise<void> => {
      for (let number = from; number < 240; number += 4) {
        const key = `k${String(number % 5)}`;
        await db.inTransaction(async (tx) => {
          await enqueueEvent(tx, {
            kind: number % 2 === 0 ? 'single' : 'batch',
            key,
            idempotencyKey: String(number),
            payload: {},
          });
          await enqueueState(tx, { kind: 'state', key });
        });
      }
    };
    await Promise.all([0, 1, 2, 3].map(produce));
    while (count.handled < 240) await pause(5);
    await Promise.all(workers.map((worker) => worker.stop()));
    expect(overlaps).to.deep.equal([]);
  });
});
