import { AsyncLocalStorage } from 'node:async_hooks';
import { databaseError } from './failures.ts';

interface Scope {
  open: boolean;
}

const scopes = new AsyncLocalStorage<Scope>();

/** Whether the code that runs now was called from inside an open transaction. */
export const insideTransaction = (): boolean => scopes.getStore()?.open ?? false;

/** Runs a transaction's callback so that everything it calls can be told to be inside one. */
export async function runInScope<T>(work: () => Promise<T>): Promise<T> {
  const scope: Scope = { open: true };
  try {
    return await scopes.run(scope, work);
  } finally {
    // What the callback left running in the background is outside from here on.
    scope.open = false;
  }
}

/** Runs something that outlives its caller (a listener, a worker) outside the caller's transaction. */
export const outsideScope = <T>(work: () => T): T => scopes.exit(work);

/**
 * Refuses network work and a second use of the database inside a transaction: PGlite would wait
 * for itself for ever, PostgreSQL would hold locks as long as the network likes (design §6).
 * Every network port's implementation calls it first.
 *
 * @param port what is about to be used, for the message
 * @throws CodexError CK-DB-001
 */
export function assertNoTransaction(port: string): void {
  if (insideTransaction())
    throw databaseError('CK-DB-001', `${port} was used inside a database transaction`, {
      where: { port },
    });
}
