import { databaseError, sqlState } from './failures.ts';
import { migrations } from './migrations/index.ts';
import { migrationsTable } from './orm.ts';
import type { Orm } from './orm.ts';
import type { Session, SessionSource } from './session.ts';

// Any number will do, as long as every version of the platform uses the same one.
const migrationLock = '4862013377';

/**
 * Applies the missing migrations, all of them or none. Several processes may start at once: one
 * migrates, the others wait for it and find nothing left to do.
 *
 * @throws CodexError CK-DB-005 without pgvector, CK-DB-008 when the database is of a newer version
 */
export async function migrateDatabase(orm: Orm, source: SessionSource): Promise<void> {
  const session = await source.acquire();
  const current = await isCurrent(session).finally(() => session.release());
  if (current) return;
  try {
    // The embedded database has one process, by its lock file.
    if (source.kind === 'pglite') await orm.migrator.up();
    else await migrateAlone(orm, source);
  } catch (error) {
    throw explained(error);
  }
}

async function migrateAlone(orm: Orm, source: SessionSource): Promise<void> {
  const session = await source.acquire();
  try {
    await session.run({ sql: 'set statement_timeout = 0', style: 'plain' });
    await session.run({ sql: 'set lock_timeout = 0', style: 'plain' });
    await session.run({
      sql: 'select pg_advisory_lock($1::bigint)',
      params: [migrationLock],
      style: 'plain',
    });
    if (await isCurrent(session)) return;
    const { rows } = await session.run<{ name: string }>({
      sql: 'select current_database() as name',
      style: 'plain',
    });
    // The migrator creates a database of the configured name where it finds none.
    orm.config.set('dbName', rows[0]?.name ?? '');
    await orm.migrator.up();
  } finally {
    // The lock and the lifted timeouts end with the connection.
    session.release(true);
  }
}

async function isCurrent(session: Session): Promise<boolean> {
  const known: readonly string[] = migrations.map((migration) => migration.name);
  const { rows: tables } = await session.run<{ there: boolean }>({
    sql: 'select to_regclass($1) is not null as there',
    params: [migrationsTable],
    style: 'plain',
  });
  if (tables[0]?.there !== true) return false;
  const { rows } = await session.run<{ name: string }>({
    sql: `select name from ${migrationsTable} order by id`,
    style: 'plain',
  });
  const unknown = rows.find((row) => !known.includes(row.name));
  if (unknown)
    throw databaseError(
      'CK-DB-008',
      `the database has migration ${unknown.name}, which this version does not know`,
    );
  return rows.length === known.length;
}

function explained(error: unknown): unknown {
  const state = sqlState(error);
  const aboutVector = error instanceof Error && /"vector"/.test(error.message);
  return aboutVector && (state === '0A000' || state === '58P01' || state === '42501')
    ? databaseError('CK-DB-005', `the extension vector could not be created: ${error.message}`, {
        cause: error,
      })
    : error;
}
