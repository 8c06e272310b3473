import { openDatabase } from '@codex-k8s/controller';
import type { Config } from '../config.ts';
import { openDataDirectory } from '../local/index.ts';

/** Brings the database to the schema of this version. Resolves to the migrations that it has now, oldest first. */
export async function migrate(config: Config): Promise<string[]> {
  const location =
    config.databaseUrl === undefined
      ? {
          pgliteDirectory: (await openDataDirectory(config.dataDirectory, config.installTokenFile))
            .database,
        }
      : { url: config.databaseUrl };
  const db = await openDatabase(location, { migrate: true, poolSize: 2 });
  try {
    const rows = await db.query<{ name: string }>('select name from schema_migrations order by id');
    return rows.map((row) => row.name);
  } finally {
    await db.close();
  }
}
