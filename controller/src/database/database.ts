import type { EntityManager } from '@mikro-orm/postgresql';
import { databaseError, isConnectionFailure } from './failures.ts';
import { migrateDatabase } from './migrate.ts';
import { createOrm, transactionContext } from './orm.ts';
import type { Orm } from './orm.ts';
import type { Session, SessionSource, Statement, StatementResult } from './session.ts';
import { assertNoTransaction, outsideScope, runInScope } from './transaction-scope.ts';
import type { Database, Tx } from './types.ts';

/** The database over a source of connections. */
export async function createDatabase(source: SessionSource): Promise<Database> {
  const acquire = (use: string): Promise<Session> => {
    assertNoTransaction(use);
    return source.acquire();
  };
  const orm = await createOrm(() => acquire('another entity manager'));

  return {
    kind: source.kind,
    async inTransaction(work) {
      return transact(orm, await acquire('inTransaction'), work);
    },
    async query<R extends object>(sql: string, params?: readonly unknown[]): Promise<R[]> {
      const session = await acquire('db.query');
      return withSession(
        session,
        async () => (await session.run<R>({ sql, params, style: 'plain' })).rows,
      );
    },
    em() {
      assertNoTransaction('db.em');
      return forkOf(orm);
    },
    listen(channel, listener, onReconnect) {
      assertNoTransaction('db.listen');
      return outsideScope(() => source.listen(channel, listener, onReconnect));
    },
    migrate: () => migrateDatabase(orm, source),
    async close() {
      await orm.close(true);
      await source.close();
    },
  };
}

const forkOf = (orm: Orm): EntityManager => orm.em.fork();

async function withSession<T>(session: Session, work: () => Promise<T>): Promise<T> {
  try {
    const value = await work();
    session.release();
    return value;
  } catch (error) {
    session.release(isConnectionFailure(error));
    throw error;
  }
}

async function transact<T>(orm: Orm, session: Session, work: (tx: Tx) => Promise<T>): Promise<T> {
  return withSession(session, async () => {
    await session.run({ sql: 'begin', style: 'plain' });
    const guarded = guard(session);
    try {
      const value = await runInScope(() => work(createTx(orm, guarded.session)));
      await guarded.settle();
      await session.run({ sql: 'commit', style: 'plain' });
      return value;
    } catch (error) {
      guarded.end();
      // The reason matters more than a rollback that a broken connection cannot do any more.
      await session.run({ sql: 'rollback', style: 'plain' }).catch(() => {});
      throw error;
    } finally {
      guarded.end();
    }
  });
}

/** A session that knows when its transaction is over and whether a statement failed in it. */
function guard(session: Session): { session: Session; settle(): Promise<void>; end(): void } {
  let open = true;
  let failed: unknown;
  // Statements that are asked for together run one after the other, as the connection does anyway.
  let last: Promise<unknown> = Promise.resolve();
  const running = new Set<Promise<unknown>>();
  return {
    session: {
      async run<R extends object>(statement: Statement): Promise<StatementResult<R>> {
        if (!open)
          throw databaseError('CK-DB-002', 'a statement came after its transaction had ended');
        const result = last.then(() => session.run<R>(statement));
        last = result.catch(() => {});
        running.add(result);
        try {
          return await result;
        } catch (error) {
          failed ??= error;
          throw error;
        } finally {
          running.delete(result);
        }
      },
      release() {},
    },
    async settle() {
      // A statement that nobody awaited would otherwise be cut off, or commit half of what it meant.
      const left = running.size;
      await Promise.allSettled(running);
      open = false;
      if (left > 0)
        throw databaseError(
          'CK-DB-002',
          `the transaction ended while ${left} of its statements were still running`,
        );
      if (failed !== undefined)
        throw databaseError(
          'CK-DB-003',
          'a statement failed inside the transaction and its error was swallowed',
          { cause: failed },
        );
    },
    end() {
      open = false;
    },
  };
}

function createTx(orm: Orm, session: Session): Tx {
  let em: EntityManager | undefined;
  return {
    get em() {
      if (!em) {
        em = forkOf(orm);
        em.setTransactionContext(transactionContext(session));
      }
      return em;
    },
    async query<R extends object>(sql: string, params?: readonly unknown[]): Promise<R[]> {
      return (await session.run<R>({ sql, params, style: 'plain' })).rows;
    },
  };
}
