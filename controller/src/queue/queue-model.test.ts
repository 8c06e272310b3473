import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Database } from '../database/index.ts';
import { postgresDatabase } from '../database/testing/index.ts';
import type { DatabaseUnderTest } from '../database/testing/index.ts';
import { claimWork } from './claim.ts';
import { enqueueEvent, enqueueState } from './enqueue.ts';
import { FencingLost } from './failures.ts';
import { finishWork } from './finish.ts';
import { recoverWork, releaseLeases } from './leases.ts';
import type { Outcome, WorkItem } from './types.ts';
import { wake } from './wake.ts';

/** One row as the model knows it. */
interface Row {
  class: 'state' | 'event';
  key: string;
  /** Events: the number in which they were added. */
  number: number;
  generation: number;
  claimed: number;
  status: 'ready' | 'later' | 'leased' | 'parked' | 'done';
  attempts: number;
  token: string | undefined;
  topic: string | undefined;
}
/** What three workers, one of them possibly dead, believe to hold. */
interface Model {
  rows: Row[];
  nextNumber: number;
  /** Events that left the queue, per key in this order. */
  finished: Map<string, number[]>;
}
interface Real {
  db: Database;
  held: [WorkItem[], WorkItem[], WorkItem[]];
}
type WorkerNumber = 0 | 1 | 2;
type Command = fc.AsyncCommand<Model, Real>;

const kind = 'model';
const maxAttempts = 3;

/** Whether a claim may return this row: ready, and for an event no older one of its key in the way. */
function claimable(model: Model, row: Row, batched: boolean): boolean {
  if (row.status !== 'ready') return false;
  if (row.class === 'state') return true;
  const key = model.rows.filter(
    (other) => other.class === 'event' && other.key === row.key && other.status !== 'done',
  );
  if (key.some((other) => other.status !== 'ready')) return false;
  const older = key.filter((other) => other.number < row.number);
  return (
    older.length === 0 ||
    (batched && row.attempts === 0 && older.every((other) => other.attempts === 0))
  );
}

const find = (model: Model, item: WorkItem): Row | undefined =>
  model.rows.find((row) =>
    item.class === 'state'
      ? row.class === 'state' && row.key === item.key
      : row.class === 'event' && row.number === item.payload['number'],
  );

class Request implements Command {
  readonly key: string;
  constructor(key: string) {
    this.key = key;
  }
  check(): boolean {
    return true;
  }
  async run(model: Model, { db }: Real): Promise<void> {
    const { generation } = await db.inTransaction((tx) =>
      enqueueState(tx, { kind, key: this.key }),
    );
    const row = model.rows.find((other) => other.class === 'state' && other.key === this.key);
    if (!row)
      model.rows.push({
        class: 'state',
        key: this.key,
        number: 0,
        generation: 1,
        claimed: 0,
        status: 'ready',
        attempts: 0,
        token: undefined,
        topic: undefined,
      });
    else {
      row.generation += 1;
      if (row.status !== 'leased') row.status = 'ready';
    }
    expect(generation).to.equal(row?.generation ?? 1);
  }
  toString(): string {
    return `request ${this.key}`;
  }
}

class Happen implements Command {
  readonly key: string;
  constructor(key: string) {
    this.key = key;
  }
  check(): boolean {
    return true;
  }
  async run(model: Model, { db }: Real): Promise<void> {
    const number = model.nextNumber++;
    await db.inTransaction((tx) =>
      enqueueEvent(tx, {
        kind,
        key: this.key,
        idempotencyKey: String(number),
        payload: { number },
      }),
    );
    model.rows.push({
      class: 'event',
      key: this.key,
      number,
      generation: 1,
      claimed: 0,
      status: 'ready',
      attempts: 0,
      token: undefined,
      topic: undefined,
    });
  }
  toString(): string {
    return `happen ${this.key}`;
  }
}

class Claim implements Command {
  readonly worker: WorkerNumber;
  readonly total: number;
  readonly batched: boolean;
  constructor(worker: WorkerNumber, total: number, batched: boolean) {
    this.worker = worker;
    this.total = total;
    this.batched = batched;
  }
  check(): boolean {
    return true;
  }
  async run(model: Model, real: Real): Promise<void> {
    let room = this.total;
    while (room > 0) {
      const taken = await this.once(model, real, room);
      if (taken === 0) break;
      room -= taken;
    }
    // Who finds nothing more has left nothing behind that could have been had.
    if (room > 0)
      expect(model.rows.filter((row) => claimable(model, row, this.batched))).to.deep.equal([]);
  }
  async once(model: Model, { db, held }: Real, total: number): Promise<number> {
    const { items, missed } = await claimWork(db, {
      owner: `w${String(this.worker)}`,
      leaseMs: 600_000,
      asks: [{ kind, total, batched: this.batched }],
    });
    const possible = model.rows.filter((row) => claimable(model, row, this.batched));
    expect(missed).to.equal(0);
    expect(items.length).to.be.at.most(total);
    for (const item of items) {
      const row = find(model, item);
      expect(row, `claimed ${item.class} ${item.key}`).to.be.oneOf(possible);
      expect(item).to.include({ generation: row?.generation, attempts: row?.attempts });
      expect(item.fencingToken).to.not.equal(row?.token);
    }
    // Of each key the oldest, without a gap.
    const taken = new Set(items.map((item) => find(model, item)));
    for (const item of items.filter((each) => each.class === 'event'))
      for (const row of possible)
        if (
          row.class === 'event' &&
          row.key === item.key &&
          row.number < Number(item.payload['number'])
        )
          expect(taken.has(row)).to.equal(true);
    for (const item of items) {
      const row = find(model, item);
      if (row)
        Object.assign(row, { status: 'leased', claimed: row.generation, token: item.fencingToken });
    }
    held[this.worker].push(...items);
    return items.length;
  }
  toString(): string {
    return `claim w${String(this.worker)} ${String(this.total)}${this.batched ? ' batched' : ''}`;
  }
}

class Finish implements Command {
  readonly worker: WorkerNumber;
  readonly outcome: Outcome;
  constructor(worker: WorkerNumber, outcome: Outcome) {
    this.worker = worker;
    this.outcome = outcome;
  }
  check(): boolean {
    return true;
  }
  async run(model: Model, { db, held }: Real): Promise<void> {
    const item = held[this.worker].shift();
    if (!item) return;
    const row = find(model, item);
    const mine = row !== undefined && row.status === 'leased' && row.token === item.fencingToken;
    const mark = randomUUID();
    const outcome: Outcome = {
      ...this.outcome,
      record: async (tx) => {
        await tx.query(`insert into core.platform_state (key, value) values ($1, '1')`, [mark]);
      },
    };
    const result = await finishWork(db, [item], outcome, { maxAttempts }).catch(
      (error: unknown) => error,
    );
    const recorded = await db.query('delete from core.platform_state where key = $1 returning 1', [
      mark,
    ]);
    expect(recorded).to.have.lengthOf(mine ? 1 : 0);
    if (!mine) return void expect(result).to.be.instanceOf(FencingLost);
    expect(result).to.equal(undefined);
    settle(model, row, this.outcome);
  }
  toString(): string {
    return `finish w${String(this.worker)} ${this.outcome.kind}`;
  }
}

function settle(model: Model, row: Row, outcome: Outcome): void {
  const again = row.class === 'state' && row.generation > row.claimed;
  if (outcome.kind === 'retry') {
    row.attempts += 1;
    if (row.class === 'event' && row.attempts >= maxAttempts) end(model, row);
    else row.status = again ? 'ready' : 'later';
    return;
  }
  if (outcome.kind === 'failed') row.attempts += 1;
  else row.attempts = 0;
  row.topic = outcome.kind === 'park' ? outcome.wakeOn[0] : undefined;
  if (again) row.status = 'ready';
  else if (outcome.kind === 'park') row.status = 'parked';
  else end(model, row);
}

function end(model: Model, row: Row): void {
  row.status = 'done';
  if (row.class === 'event')
    model.finished.set(row.key, [...(model.finished.get(row.key) ?? []), row.number]);
}

/** The worker dies: its leases run out, and others clear them away. It does not know. */
class Die implements Command {
  readonly worker: WorkerNumber;
  constructor(worker: WorkerNumber) {
    this.worker = worker;
  }
  check(): boolean {
    return true;
  }
  async run(model: Model, { db }: Real): Promise<void> {
    await db.query(
      `update core.work_items set due_at = now() - interval '1 second' where status = 'leased' and lease_owner = $1`,
      [`w${String(this.worker)}`],
    );
    const dead = await db.query<{
      class: 'state' | 'event';
      key: string;
      payload: { number?: number };
    }>(
      `select class, key, payload from core.work_items where status = 'leased' and lease_owner = $1`,
      [`w${String(this.worker)}`],
    );
    await recoverWork(db, { kinds: [kind], maxAttempts: [maxAttempts] });
    for (const { class: workClass, key, payload } of dead) {
      const row = model.rows.find(
        (other) =>
          other.class === workClass &&
          other.key === key &&
          (workClass === 'state' || other.number === payload.number),
      );
      if (!row) continue;
      row.attempts += 1;
      if (row.class === 'event' && row.attempts >= maxAttempts) end(model, row);
      else row.status = 'ready';
    }
  }
  toString(): string {
    return `die w${String(this.worker)}`;
  }
}

class GiveBack implements Command {
  readonly worker: WorkerNumber;
  constructor(worker: WorkerNumber) {
    this.worker = worker;
  }
  check(): boolean {
    return true;
  }
  async run(model: Model, { db, held }: Real): Promise<void> {
    const items = held[this.worker].splice(0);
    for (const item of items) await releaseLeases(db, [item]);
    for (const item of items) {
      const row = find(model, item);
      if (row?.status === 'leased' && row.token === item.fencingToken) row.status = 'ready';
    }
  }
  toString(): string {
    return `give back w${String(this.worker)}`;
  }
}

class Announce implements Command {
  readonly topic: string;
  constructor(topic: string) {
    this.topic = topic;
  }
  check(): boolean {
    return true;
  }
  async run(model: Model, { db }: Real): Promise<void> {
    await db.inTransaction((tx) => wake(tx, this.topic));
    for (const row of model.rows)
      if (row.status === 'parked' && row.topic === this.topic) row.status = 'ready';
    // Whoever holds an item has it from before: a park on this topic will not sleep.
    for (const row of model.rows)
      if (row.status === 'leased')
        announcedTo.set(
          row,
          new Set([...(announcedTo.get(row) ?? []), `${row.token ?? ''} ${this.topic}`]),
        );
  }
  toString(): string {
    return `announce ${this.topic}`;
  }
}
const announcedTo = new WeakMap<Row, Set<string>>();

class PassTime implements Command {
  check(): boolean {
    return true;
  }
  async run(model: Model, { db }: Real): Promise<void> {
    await db.query(
      `update core.work_items set due_at = now() where status = 'ready' and due_at > now()`,
    );
    for (const row of model.rows) if (row.status === 'later') row.status = 'ready';
  }
  toString(): string {
    return 'pass time';
  }
}

class Park extends Finish {
  override async run(model: Model, real: Real): Promise<void> {
    const [item] = real.held[this.worker];
    const row = item && find(model, item);
    const topic = this.outcome.kind === 'park' ? this.outcome.wakeOn[0] : '';
    const heard =
      row !== undefined &&
      row.token === item?.fencingToken &&
      announcedTo.get(row)?.has(`${row.token} ${topic ?? ''}`);
    await super.run(model, real);
    if (heard && row.status === 'parked') row.status = 'ready';
  }
}

const worker = fc.constantFrom<WorkerNumber>(0, 1, 2);
const key = fc.constantFrom('a', 'b');
const topic = fc.constantFrom('t', 'u');
const error = { code: 'TEST-001', message: 'on purpose' };
const commands = [
  key.map((name) => new Request(name)),
  key.map((name) => new Happen(name)),
  fc
    .tuple(worker, fc.integer({ min: 1, max: 4 }), fc.boolean())
    .map(([who, total, batched]) => new Claim(who, total, batched)),
  worker.map((who) => new Finish(who, { kind: 'done' })),
  worker.map((who) => new Finish(who, { kind: 'retry', error, afterMs: 600_000 })),
  worker.map((who) => new Finish(who, { kind: 'failed', error })),
  fc.tuple(worker, topic).map(([who, name]) => new Park(who, { kind: 'park', wakeOn: [name] })),
  worker.map((who) => new Die(who)),
  worker.map((who) => new GiveBack(who)),
  topic.map((name) => new Announce(name)),
  fc.constant(new PassTime()),
];

describe('the work queue beside its model', function () {
  this.timeout(240_000);
  let under: DatabaseUnderTest;
  before(async () => {
    under = await postgresDatabase('model');
  });
  after(() => under.drop());

  it('agrees with it whatever three workers do: no item held twice, none lost, events in order, generations growing', async () => {
    const { db } = under;
    await fc.assert(
      fc.asyncProperty(fc.commands(commands, { maxCommands: 60, size: 'max' }), async (drawn) => {
        await db.query('delete from core.work_items');
        await db.query('delete from core.work_topics');
        const model: Model = { rows: [], nextNumber: 1, finished: new Map() };
        const real: Real = { db, held: [[], [], []] };
        await fc.asyncModelRun(() => ({ model, real }), drawn);
        await finishAll(model, real);
        for (const [, numbers] of model.finished)
          expect(numbers).to.deep.equal(numbers.toSorted((a, b) => a - b));
        expect([...model.finished.values()].flat().length).to.equal(model.nextNumber - 1);
        expect(
          await db.query(`select key from core.work_items where status not in ('done', 'failed')`),
        ).to.deep.equal([]);
      }),
      { numRuns: 60 },
    );
  });
});

/** Lets everything come to its end: nothing may be stuck. */
async function finishAll(model: Model, real: Real): Promise<void> {
  for (let round = 0; round < 200; round += 1) {
    if (model.rows.every((row) => row.status === 'done')) return;
    for (const who of [0, 1, 2] as const) await new GiveBack(who).run(model, real);
    await new PassTime().run(model, real);
    for (const name of ['t', 'u']) await new Announce(name).run(model, real);
    await new Claim(0, 5, false).run(model, real);
    while (real.held[0].length > 0) await new Finish(0, { kind: 'done' }).run(model, real);
  }
  throw new Error(`stuck: ${JSON.stringify(model.rows.filter((row) => row.status !== 'done'))}`);
}
