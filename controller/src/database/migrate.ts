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
  let locked = false;
  try {
    if (await isCurrent(session)) return;
    // PGlite has one connection, and one process by its lock file.
    if (source.kind === 'pglite') session.release();
    else await lock(session);
    locked = source.kind === 'postgresql';
    if (locked && (await isCurrent(session))) return;
    await orm.migrator.up();
  } catch (error) {
    throw explained(error);
  } finally {
    // The lock and the timeouts it lifted end with the connection.
    if (source.kind === 'postgresql' || !locked) session.release(locked);
  }
}

async function lock(session: Session): Promise<void> {
  await session.run({ sql: 'set statement_timeout = 0', style: 'plain' });
  await session.run({ sql: 'set lock_timeout = 0', style: 'plain' });
  await session.run({
    sql: 'select pg_advisory_lock($1::bigint)',
    params: [migrationLock],
    style: 'plain',
  });
}

async function isCurrent(session: Session): Promise<boolean> {
  const known: readonly string[] = migrations.map((migration) => migration.name);
  const { rows: tables } = await session.run({
    sql: 'select to_regclass($1) is not null as there',
    params: [migrationsTable],
    style: 'plain',
  });
  if (tables[0]?.['there'] !== true) return false;
  const { rows } = await session.run({
    sql: `select name from ${migrationsTable} order by id`,
    style: 'plain',
  });
  const unknown = rows.find((row) => !known.includes(String(row['name'])));
  if (unknown)
    throw databaseError(
      'CK-DB-008',
      `the database has migration ${String(unknown['name'])}, which this version does not know`,
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
