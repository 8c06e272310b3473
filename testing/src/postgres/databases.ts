import { Client } from 'pg';
import { uniqueName } from '../unique-name.ts';

/** A database of a test's own. */
export interface TestDatabase extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  /** Ends whatever is still connected and removes it. */
  drop(): Promise<void>;
}

/** `template`: name of a database to copy, for instance one that is migrated already; nobody may be connected to it. */
export interface CreateDatabaseOptions {
  template?: string;
}

/** Creates `<prefix>-<random>` on the server that `adminUrl` leads to. */
export async function createDatabase(
  adminUrl: string,
  prefix: string,
  options: CreateDatabaseOptions = {},
): Promise<TestDatabase> {
  const name = uniqueName(prefix);
  const template = options.template === undefined ? '' : ` TEMPLATE ${quote(options.template)}`;
  await query(adminUrl, `CREATE DATABASE ${quote(name)}${template}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  const drop = (): Promise<void> =>
    query(adminUrl, `DROP DATABASE IF EXISTS ${quote(name)} WITH (FORCE)`);
  return { name, url: url.href, drop, [Symbol.asyncDispose]: drop };
}

/** Whether the server answers queries. */
export async function answers(url: string): Promise<boolean> {
  try {
    await query(url, 'SELECT 1');
    return true;
  } catch {
    return false;
  }
}

async function query(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // A server that is stopped ends its connections by an error nobody else listens to.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
