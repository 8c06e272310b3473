import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import type { CheckpointName } from '../checkpoints/index.ts';
import type { Database } from '../database/index.ts';
import { embeddedDatabase, postgresDatabase } from '../database/testing/index.ts';
import type { DatabaseUnderTest } from '../database/testing/index.ts';
import { claimWork, workChannel } from '../queue/index.ts';
import { eventually } from '@codex-k8s/testing';
import { createDeliveryIntake } from './intake.ts';
import type { DeliveryReceipt, IncomingDelivery } from './types.ts';
import { deliveryKind } from './types.ts';

const main = { kind: 'ref-dirty', ref: 'refs/heads/main' } as const;
const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

for (const [name, open] of Object.entries({
  PostgreSQL: () => postgresDatabase('deliveries'),
  PGlite: () => embeddedDatabase(),
}))
  describe(`the delivery intake on ${name}`, function () {
    this.timeout(60_000);
    let under: DatabaseUnderTest;
    let db: Database;
    const project = randomUUID();
    const repository = randomUUID();
    before(async () => {
      under = await open();
      db = under.db;
      await addRepository(db, project, repository);
    });
    after(() => under.drop());
    beforeEach(async () => {
      await db.query('delete from core.work_items');
      await db.query('delete from core.webhook_deliveries');
    });

    const delivery = (
      deliveryId: string,
      more: Partial<IncomingDelivery> = {},
    ): IncomingDelivery => ({
      repositoryId: repository,
      deliveryId,
      event: 'push',
      payload: { ref: 'refs/heads/main', id: deliveryId },
      rawSize: 100,
      intent: main,
      ...more,
    });
    const recorded = (): Promise<
      {
        delivery_id: string;
        status: string;
        reason: string | null;
        correlation_id: string;
        payload: unknown;
      }[]
    > =>
      db.query(
        'select delivery_id, status, reason, correlation_id, payload from core.webhook_deliveries order by delivery_id',
      );
    const queued = async () =>
      (
        await claimWork(db, {
          owner: 'test',
          leaseMs: 60_000,
          asks: [{ kind: deliveryKind, total: 1_000, batched: true }],
        })
      ).items;

    it('records a delivery with its queue row', async () => {
      const receipt = await createDeliveryIntake(db).accept(delivery('1'));
      expect(receipt).to.have.keys('status', 'correlationId');
      expect(receipt.status).to.equal('accepted');
      expect(await recorded()).to.deep.equal([
        {
          delivery_id: '1',
          status: 'accepted',
          reason: null,
          correlation_id: receipt.correlationId,
          payload: { ref: 'refs/heads/main', id: '1' },
        },
      ]);
      const [item] = await queued();
      expect(item).to.deep.include({
        class: 'event',
        key: repository,
        projectId: project,
        payload: {
          repositoryId: repository,
          deliveryId: '1',
          correlationId: receipt.correlationId,
          intent: main,
        },
      });
    });

    it('announces the work', async () => {
      const heard: string[] = [];
      const stop = await db.listen(workChannel, (kind) => heard.push(kind));
      await createDeliveryIntake(db).accept(delivery('1'));
      await eventually(() => expect(heard).to.deep.equal([deliveryKind]));
      await stop();
    });

    it('records an ignored delivery with its reason, and makes no work of it', async () => {
      const receipt = await createDeliveryIntake(db).accept(
        delivery('1', { event: 'ping', intent: { kind: 'ignored', reason: 'a ping' } }),
      );
      expect(receipt).to.include({ status: 'ignored', reason: 'a ping' });
      expect((await recorded())[0]).to.include({
        status: 'ignored',
        reason: 'a ping',
        correlation_id: receipt.correlationId,
      });
      expect(await queued()).to.deep.equal([]);
    });

    it('answers the same delivery ten times with one record, and the correlation id of the first', async () => {
      const [one, other] = [createDeliveryIntake(db), createDeliveryIntake(db)];
      const first = await one.accept(delivery('1'));
      const receipts = await Promise.all(
        Array.from({ length: 9 }, (_, n) => (n % 2 === 0 ? one : other).accept(delivery('1'))),
      );
      for (const receipt of receipts)
        expect(receipt).to.deep.equal({ status: 'duplicate', correlationId: first.correlationId });
      expect(await recorded()).to.have.lengthOf(1);
      expect(await queued()).to.have.lengthOf(1);
    });

    it('accepts one of many equal ones that arrive at once, in one intake or in two', async () => {
      const [one, other] = [createDeliveryIntake(db), createDeliveryIntake(db)];
      const receipts = await Promise.all(
        Array.from({ length: 12 }, (_, n) => (n % 2 === 0 ? one : other).accept(delivery('1'))),
      );
      expect(receipts.filter((receipt) => receipt.status === 'accepted')).to.have.lengthOf(1);
      expect(new Set(receipts.map((receipt) => receipt.correlationId)).size).to.equal(1);
      expect(await queued()).to.have.lengthOf(1);
    });

    it('keeps deliveries of two repositories with one id apart', async () => {
      const second = randomUUID();
      await addRepository(db, randomUUID(), second);
      const intake = createDeliveryIntake(db);
      const receipts = await Promise.all([
        intake.accept(delivery('1')),
        intake.accept(delivery('1', { repositoryId: second })),
      ]);
      expect(receipts.map((receipt) => receipt.status)).to.deep.equal(['accepted', 'accepted']);
    });

    it('records what arrives while it is busy together, in the order of arrival', async () => {
      const statements: number[] = [];
      const intake = createDeliveryIntake(db, {
        batch: 1_000,
        telemetry: {
          duration() {},
          gauge() {},
          count: (metric, _labels, by = 1) =>
            void (metric === 'deliveries_recorded' && statements.push(by)),
        },
      });
      const all = Array.from({ length: 200 }, (_, n) => String(n).padStart(3, '0'));
      const receipts = await Promise.all(all.map((id) => intake.accept(delivery(id))));
      expect(receipts.every((receipt) => receipt.status === 'accepted')).to.equal(true);
      expect(statements).to.deep.equal([1, 199]);
      expect((await queued()).map((item) => item.payload['deliveryId'])).to.deep.equal(all);
    });

    it('takes fewer together when they are large', async () => {
      const statements: number[] = [];
      const intake = createDeliveryIntake(db, {
        batch: 1_000,
        telemetry: {
          duration() {},
          gauge() {},
          count: (metric, _labels, by = 1) =>
            void (metric === 'deliveries_recorded' && statements.push(by)),
        },
      });
      const sizes = [1, 3_000_000, 1_000_000, 1_000_000, 30_000_000, 1];
      await Promise.all(sizes.map((rawSize, n) => intake.accept(delivery(String(n), { rawSize }))));
      expect(statements).to.deep.equal([1, 2, 1, 1, 1]);
    });

    it('resolves only after the commit and its checkpoint', async () => {
      const passed: CheckpointName[] = [];
      const gate = Promise.withResolvers<void>();
      const intake = createDeliveryIntake(db, {
        checkpoint: async (at) => {
          passed.push(at);
          await gate.promise;
        },
      });
      let receipt: DeliveryReceipt | undefined;
      const accepting = intake.accept(delivery('1')).then((given) => (receipt = given));
      await eventually(() => expect(passed).to.deep.equal(['delivery.recorded']));
      expect(await recorded()).to.have.lengthOf(1);
      expect(receipt).to.equal(undefined);
      gate.resolve();
      await accepting;
    });

    it('records payloads with characters that PostgreSQL does not take', async () => {
      const payload = {
        text: 'nul \u0000, half \ud800, other half \udc00, pair \ud83d\ude00, written \\u0000',
        ['key\u0000']: [{ deep: '\u0000' }],
      };
      const intake = createDeliveryIntake(db);
      const receipts = await Promise.all([
        intake.accept(delivery('1', { payload })),
        intake.accept(delivery('2')),
        intake.accept(delivery('3', { payload, event: 'pu\u0000sh' })),
      ]);
      expect(receipts.map((receipt) => receipt.status)).to.deep.equal([
        'accepted',
        'accepted',
        'accepted',
      ]);
      expect((await recorded())[0]?.payload).to.deep.equal({
        text: 'nul \uFFFD, half \uFFFD, other half \uFFFD, pair \ud83d\ude00, written \\u0000',
        ['key\uFFFD']: [{ deep: '\uFFFD' }],
      });
    });

    it('recognises a duplicate whose id needed cleaning', async () => {
      const intake = createDeliveryIntake(db);
      const first = await intake.accept(delivery('odd\u0000id'));
      expect(await intake.accept(delivery('odd\u0000id'))).to.deep.equal({
        status: 'duplicate',
        correlationId: first.correlationId,
      });
    });

    it('refuses one that the database does not take, and records the others', async () => {
      const intake = createDeliveryIntake(db);
      // The shape of an id is only the database's business here.
      const bad = delivery('bad', { repositoryId: 'not-a-uuid' });
      const results = await Promise.allSettled([
        ...['1', '2', '3'].map((id) => intake.accept(delivery(id))),
        intake.accept(bad),
        ...['4', '5'].map((id) => intake.accept(delivery(id))),
      ]);
      expect(results.map((result) => result.status)).to.deep.equal([
        'fulfilled',
        'fulfilled',
        'fulfilled',
        'rejected',
        'fulfilled',
        'fulfilled',
      ]);
      expect(results[3]).to.have.nested.property('reason.data.code', 'CK-DELIVERY-002');
      expect((await recorded()).map((row) => row.delivery_id)).to.deep.equal([
        '1',
        '2',
        '3',
        '4',
        '5',
      ]);
    });

    it('refuses a delivery whose repository is gone', async () => {
      const intake = createDeliveryIntake(db);
      const [gone, good] = await Promise.allSettled([
        intake.accept(delivery('1', { repositoryId: randomUUID() })),
        intake.accept(delivery('2')),
      ]);
      expect(gone).to.have.nested.property('reason.data.code', 'CK-DELIVERY-003');
      expect(good.status).to.equal('fulfilled');
    });

    it('refuses more than may wait, by number and by bytes, and goes on afterwards', async () => {
      for (const bounds of [{ maxWaiting: 3 }, { maxWaitingBytes: 350 }]) {
        await db.query('delete from core.webhook_deliveries');
        const intake = createDeliveryIntake(db, bounds);
        const results = await Promise.allSettled(
          Array.from({ length: 10 }, (_, n) => intake.accept(delivery(String(n)))),
        );
        const refused = results.filter((result) => result.status === 'rejected');
        expect(refused).to.have.lengthOf(6);
        for (const { reason } of refused)
          expect(reason).to.have.nested.property('data.code', 'CK-DELIVERY-001');
        expect(await intake.accept(delivery('later'))).to.have.property('status', 'accepted');
      }
    });

    it('finishes what it took when it is closed, and takes no more', async () => {
      const intake = createDeliveryIntake(db);
      const taken = Promise.all(['1', '2', '3'].map((id) => intake.accept(delivery(id))));
      const closed = intake.close();
      expect(await failureOf(intake.accept(delivery('4')))).to.have.nested.property(
        'data.code',
        'CK-DELIVERY-004',
      );
      await closed;
      expect((await taken).length).to.equal(3);
    });
  });

describe('the delivery intake while the database is away', function () {
  this.timeout(60_000);

  it('refuses at once, and records again when it is back', async () => {
    const under = await postgresDatabase('deliveries-away', { applicationName: 'intake' });
    const admin = await under.again({ applicationName: 'admin' });
    const operator = await under.again({ applicationName: 'operator' });
    const repository = randomUUID();
    await addRepository(admin, randomUUID(), repository);
    const intake = createDeliveryIntake(under.db);
    const accept = (deliveryId: string): Promise<DeliveryReceipt> =>
      intake.accept({
        repositoryId: repository,
        deliveryId,
        event: 'push',
        payload: {},
        rawSize: 2,
        intent: main,
      });
    // The table is held, so that the statement is under way when its connection ends.
    const held = Promise.withResolvers<void>();
    const hold = Promise.withResolvers<void>();
    const holding = admin.inTransaction(async (tx) => {
      await tx.query('lock table core.webhook_deliveries in exclusive mode');
      held.resolve();
      await hold.promise;
    });
    await held.promise;
    const cut = Promise.allSettled(['1', '2', '3'].map(accept));
    await eventually(async () => {
      const ended = await operator.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'intake' and wait_event_type = 'Lock'`,
      );
      expect(ended.length).to.be.greaterThan(0);
    });
    hold.resolve();
    await holding;
    const results = await cut;
    expect(results[0]).to.have.nested.property('reason.data.code', 'CK-DELIVERY-002');
    expect((await accept('4')).status).to.equal('accepted');
    await under.drop();
  });
});

async function addRepository(db: Database, project: string, repository: string): Promise<void> {
  await db.inTransaction(async (tx) => {
    const secret = randomUUID();
    await tx.query(
      `insert into core.projects (id, slug, name) values ($1, 'p' || substr($2, 1, 8), 'Project')`,
      [project, project],
    );
    await tx.query(
      `insert into core.secrets (id, purpose, key_id, nonce, ciphertext) values ($1, 'webhook', 'k', '', '')`,
      [secret],
    );
    await tx.query(
      `insert into core.repositories (id, project_id, provider, full_name, url, stack, webhook_secret_id) values ($1, $2, 'local', 'owner/' || $3, '/nowhere', 'shop', $4)`,
      [repository, project, repository, secret],
    );
  });
}
