import { sharedPostgres } from '@codex-k8s/testing';
import { createDatabase } from '../database.ts';
import { openDatabase } from '../open-database.ts';
import { openPgliteSource } from '../pglite-source.ts';
import type { Database, OpenOptions } from '../types.ts';

/** A migrated database of a test's own. */
export interface DatabaseUnderTest {
  db: Database;
  /** PostgreSQL: opens it once more, as another process would. */
  again(options?: OpenOptions): Promise<Database>;
  /** PostgreSQL: its address. */
  url: string;
  /** Closes what was opened and removes it. */
  drop(): Promise<void>;
}

let templateName: Promise<string> | undefined;

/** A database on the real server of this test run, copied from a migrated one. */
export async function postgresDatabase(
  prefix: string,
  options: OpenOptions = {},
): Promise<DatabaseUnderTest> {
  const server = await sharedPostgres();
  templateName ??= createTemplate();
  const created = await server.createDatabase(prefix, { template: await templateName });
  const opened: Database[] = [];
  const open = async (more: OpenOptions = {}): Promise<Database> => {
    const db = await openDatabase({ url: created.url }, { migrate: false, ...options, ...more });
    opened.push(db);
    return db;
  };
  return {
    db: await open(),
    again: open,
    url: created.url,
    async drop() {
      await Promise.all(opened.map((db) => db.close()));
      await created.drop();
    },
  };
}

async function createTemplate(): Promise<string> {
  const server = await sharedPostgres();
  const template = await server.createDatabase('migrated');
  const db = await openDatabase({ url: template.url });
  await db.close();
  return template.name;
}

let templateFiles: Promise<Blob> | undefined;

/** An embedded database in memory, started from a migrated one. */
export async function embeddedDatabase(): Promise<DatabaseUnderTest> {
  templateFiles ??= dumpMigrated();
  const db = await openDatabase(
    { pgliteMemory: true, template: await templateFiles },
    { migrate: false },
  );
  return {
    db,
    again: () => Promise.reject(new Error('the embedded database opens once')),
    url: '',
    drop: () => db.close(),
  };
}

async function dumpMigrated(): Promise<Blob> {
  const source = await openPgliteSource({});
  const db = await createDatabase(source);
  await db.migrate();
  const files = await source.dump();
  await db.close();
  return files;
}
