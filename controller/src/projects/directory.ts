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
  webhook_secret_id: string;
}

// An attacker's invented names must not turn into one query each.
const longestMemory = 10_000;

/** Opens the directory; changes reach it by notification. */
export async function openRepositoryDirectory(db: Database, secrets: SecretStore): Promise<RepositoryDirectory> {
  let known = new Map<string, Promise<KnownRepository | undefined>>();
  const forget = (): void => {
    known = new Map();
  };
  const stop = await db.listen(repositoriesChannel, forget);
  const load = async (fullName: string): Promise<KnownRepository | undefined> => {
    const [row] = await db.query<Row>('select id, role, webhook_secret_id from core.repositories where full_name = $1', [fullName]);
    return row && { id: row.id, role: row.role, webhookSecret: await secrets.reveal(row.webhook_secret_id) };
  };
  return {
    find(fullName) {
      const cached = known.get(fullName);
      if (cached) return cached;
      if (known.size >= longestMemory) forget();
      const memory = known;
      const found = load(fullName).catch((error: unknown) => {
        memory.delete(fullName);
        throw error;
      });
      memory.set(fullName, found);
      return found;
    },
    close: stop,
  };
}
