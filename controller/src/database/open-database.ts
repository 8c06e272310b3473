import { createDatabase } from './database.ts';
import { openPgliteSource } from './pglite-source.ts';
import { createPostgresqlSource } from './postgresql-source.ts';
import type { SessionSource } from './session.ts';
import type { Database, DatabaseLocation, OpenOptions } from './types.ts';

/**
 * Opens the platform's database: a PostgreSQL server (15 or newer, with pgvector), or the embedded
 * PGlite for one process. Missing migrations are applied unless told otherwise.
 *
 * @throws CodexError CK-DB-004 when another process holds the embedded one, CK-DB-005 without
 *   pgvector, CK-DB-006 when the server cannot be reached, CK-DB-008 when it is of a newer version
 */
export async function openDatabase(
  location: DatabaseLocation,
  options: OpenOptions = {},
): Promise<Database> {
  const source = await openSource(location, options);
  try {
    const db = await createDatabase(source);
    if (options.migrate ?? true) await db.migrate();
    return db;
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function openSource(
  location: DatabaseLocation,
  options: OpenOptions,
): Promise<SessionSource> {
  if ('pgliteDirectory' in location)
    return openPgliteSource({ directory: location.pgliteDirectory });
  if ('pgliteMemory' in location) return openPgliteSource({ template: location.template });
  return createPostgresqlSource({
    url: location.url,
    // Migrating holds one connection for its lock while it works on another.
    poolSize: Math.max(2, options.poolSize ?? 10),
    applicationName: options.applicationName ?? 'codex-k8s',
  });
}
