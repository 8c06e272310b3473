import { performance } from 'node:perf_hooks';
import type { Database, Telemetry } from '@codex-k8s/controller';

/** The same database, with the time of every statement and transaction reported as `database`. */
export function timedDatabase(db: Database, telemetry: Telemetry): Database {
  const timed = async <T>(operation: string, work: () => Promise<T>): Promise<T> => {
    const began = performance.now();
    try {
      return await work();
    } finally {
      telemetry.duration('database', (performance.now() - began) / 1000, { operation });
    }
  };
  return {
    kind: db.kind,
    inTransaction: (work) => timed('transaction', () => db.inTransaction(work)),
    query: <R extends object>(...statement: Parameters<Database['query']>) =>
      timed('query', () => db.query<R>(...statement)),
    em: () => db.em(),
    listen: (channel, listener, onReconnect) => db.listen(channel, listener, onReconnect),
    migrate: () => db.migrate(),
    close: () => db.close(),
  };
}
