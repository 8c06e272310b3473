import type { Database } from '../database/index.ts';
import type { SecretStore } from '../secrets/index.ts';

/** Announces that a repository was registered or changed; the payload is its id. */
export const repositoriesChannel = 'codexk8s_repositories';

/** What the ingress needs to know of a repository. */
export interface KnownRepository {
  id: string;
  role: 'source' | 'state';
  webhookSecret: string;
}

/** Repositories by full name, kept in memory and told of changes: a webhook costs no query. */
export interface RepositoryDirectory {
  find(fullName: string): Promise<KnownRepository | undefined>;
  close(): Promise<void>;
}

interface Row {
  id: string;
  role: 'source' | 'state';
  full_name: string;
  webhook_secret_id: string;
}

interface Entry {
  row: Row;
  /** Revealed when it is first asked for. */
  known?: Promise<KnownRepository>;
}

/**
 * Opens the directory. All names are loaded at once and again at every change, so that an invented
 * name costs as little as a known one: no query, whatever an attacker sends.
 */
export async function openRepositoryDirectory(
  db: Database,
  secrets: SecretStore,
): Promise<RepositoryDirectory> {
  const load = async (): Promise<Map<string, Entry>> => {
    const rows = await db.query<Row>(
      'select id, role, full_name, webhook_secret_id from core.repositories',
    );
    return new Map(rows.map((row) => [row.full_name, { row }]));
  };
  let entries: Promise<Map<string, Entry>> | undefined;
  const forget = (): void => {
    entries = undefined;
  };
  const stop = await db.listen(repositoriesChannel, forget, forget);
  return {
    async find(fullName) {
      entries ??= load().catch((error: unknown) => {
        forget();
        throw error;
      });
      const entry = (await entries).get(fullName);
      if (!entry) return undefined;
      const { id, role, webhook_secret_id } = entry.row;
      entry.known ??= secrets
        .reveal(webhook_secret_id)
        .then((webhookSecret) => ({ id, role, webhookSecret }));
      return entry.known;
    },
    close: stop,
  };
}
