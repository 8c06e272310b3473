import { expect } from 'chai';
import { eventually, freePort } from '@codex-k8s/testing';
import { CodexError } from '../errors/index.ts';
import { isConnectionFailure } from './failures.ts';
import { openDatabase } from './open-database.ts';
import { postgresDatabase } from './testing/index.ts';
import type { DatabaseUnderTest } from './testing/index.ts';

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('PostgreSQL that comes and goes', function () {
  this.timeout(60_000);
  let under: DatabaseUnderTest;
  before(async () => {
    under = await postgresDatabase('connections', { applicationName: 'under-test' });
  });
  after(() => under.drop());

  const endConnections = (application: string): Promise<object[]> =>
    under.db.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1 and pid <> pg_backend_pid()',
      [application],
    );

  it('listens again when its connection was lost, and says that something may have been missed', async () => {
    const heard: string[] = [];
    let missed = 0;
    const stop = await under.db.listen(
      'news',
      (payload) => heard.push(payload),
      () => {
        missed += 1;
      },
    );
    await endConnections('under-test listen');
    await eventually(() => expect(missed).to.equal(1));
    await under.db.query(`select pg_notify('news', 'after')`);
    await eventually(() => expect(heard).to.deep.equal(['after']));
    await stop();
  });

  it('takes a new connection when idle ones were lost', async () => {
    const other = await under.again({ applicationName: 'victim' });
    await Promise.all([1, 2, 3].map(() => other.query('select 1')));
    await endConnections('victim');
    await eventually(async () =>
      expect(await other.query('select 1 as one')).to.deep.equal([{ one: 1 }]),
    );
  });

  it('keeps nothing of a transaction whose connection was lost', async () => {
    const other = await under.again({ applicationName: 'victim-in-transaction' });
    const begun = Promise.withResolvers<void>();
    const cut = Promise.withResolvers<void>();
    const work = failure(
      other.inTransaction(async (tx) => {
        await tx.query(`insert into core.platform_state (key, value) values ('lost', '{}')`);
        begun.resolve();
        await cut.promise;
        await tx.query('select 1');
      }),
    );
    await begun.promise;
    await endConnections('victim-in-transaction');
    cut.resolve();
    const error = await work;
    expect(error).to.be.instanceOf(Error);
    expect(
      await other.query(`select key from core.platform_state where key = 'lost'`),
    ).to.deep.equal([]);
  });

  it('names the address, not the password, of a server that does not answer', async () => {
    const port = await freePort();
    const error = await failure(
      openDatabase({ url: `postgres://me:s3cret-canary@127.0.0.1:${port}/platform` }),
    );
    expect(error).to.be.instanceOf(CodexError);
    expect(error).to.have.nested.property('data.code', 'CK-DB-006');
    expect(error).to.have.property('message').that.includes(`127.0.0.1:${port}/platform`);
    expect(JSON.stringify(error) + String(error)).to.not.include('canary');
    expect(isConnectionFailure(error)).to.equal(true);
  });

  it('bounds how long a statement, a lock and an idle transaction may take', async () => {
    const [limits] = await under.db.query<{ statement: string; lock: string; idle: string }>(
      `select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock, current_setting('idle_in_transaction_session_timeout') as idle`,
    );
    expect(limits).to.deep.equal({ statement: '30s', lock: '10s', idle: '30s' });
  });
});
