import { randomUUID } from 'node:crypto';
import type { Database, Tx } from '../database/index.ts';
import { open, seal } from './cipher.ts';
import { secretError } from './failures.ts';
import { KeyRing } from './key-ring.ts';
import type { SecretKey } from './key-ring.ts';

/** Keeps secrets encrypted in Postgres; the keys live elsewhere. Nothing it throws holds a plaintext. */
export interface SecretStore {
  /** Stores a new secret. The purpose is bound to it: it cannot be swapped for one of another purpose. */
  put(tx: Tx, purpose: string, plaintext: string): Promise<string>;
  /** @throws CodexError CK-SECRET-001, -002 or -003 */
  reveal(id: string): Promise<string>;
  /** Replaces a secret's value, under the active key. */
  rotate(id: string, plaintext: string): Promise<void>;
  /** Encrypts what is under older keys again under the active one; resolves to how many. Repeatable at any time. */
  rotateKeys(): Promise<number>;
}

interface SecretRow {
  id: string;
  purpose: string;
  key_id: string;
  nonce: Buffer;
  ciphertext: Buffer;
}

const rotationBatch = 100;

/** The store over the database: AES-256-GCM with a random nonce; id and purpose are authenticated with the value. */
export function createSecretStore(
  db: Database,
  keys: KeyRing | { keys: readonly SecretKey[]; activeKeyId: string },
): SecretStore {
  const ring = keys instanceof KeyRing ? keys : new KeyRing(keys.keys, keys.activeKeyId);

  const sealed = (
    id: string,
    purpose: string,
    plaintext: string,
  ): [keyId: string, nonce: Buffer, ciphertext: Buffer] => {
    const { nonce, ciphertext } = seal(
      materialOf(ring, ring.activeKeyId, id),
      plaintext,
      context(id, purpose),
    );
    return [ring.activeKeyId, nonce, ciphertext];
  };
  const opened = (row: SecretRow): string => {
    const plaintext = open(materialOf(ring, row.key_id, row.id), row, context(row.id, row.purpose));
    if (plaintext === undefined)
      throw secretError(
        'CK-SECRET-003',
        `secret ${row.id} cannot be decrypted with key ${row.key_id}`,
        { secret: row.id, key: row.key_id },
      );
    return plaintext;
  };

  return {
    async put(tx, purpose, plaintext) {
      const id = randomUUID();
      await tx.query(
        'insert into core.secrets (id, purpose, key_id, nonce, ciphertext) values ($1, $2, $3, $4, $5)',
        [id, purpose, ...sealed(id, purpose, plaintext)],
      );
      return id;
    },
    async reveal(id) {
      const [row] = await db.query<SecretRow>(
        'select id, purpose, key_id, nonce, ciphertext from core.secrets where id = $1',
        [id],
      );
      if (!row) throw missing(id);
      return opened(row);
    },
    async rotate(id, plaintext) {
      await db.inTransaction(async (tx) => {
        const [row] = await tx.query<SecretRow>(
          'select id, purpose from core.secrets where id = $1 for update',
          [id],
        );
        if (!row) throw missing(id);
        await tx.query(replaceSecret, [id, ...sealed(id, row.purpose, plaintext)]);
      });
    },
    async rotateKeys() {
      let rotated = 0;
      for (;;) {
        const batch = await db.inTransaction(async (tx) => {
          const rows = await tx.query<SecretRow>(
            'select id, purpose, key_id, nonce, ciphertext from core.secrets where key_id <> $1 order by id limit $2 for update',
            [ring.activeKeyId, rotationBatch],
          );
          for (const row of rows)
            await tx.query(replaceSecret, [row.id, ...sealed(row.id, row.purpose, opened(row))]);
          return rows.length;
        });
        rotated += batch;
        if (batch < rotationBatch) return rotated;
      }
    },
  };
}

const replaceSecret =
  'update core.secrets set key_id = $2, nonce = $3, ciphertext = $4, rotated_at = now() where id = $1';

const context = (id: string, purpose: string): string => `${id} ${purpose}`;

function materialOf(ring: KeyRing, keyId: string, secretId: string): Buffer {
  const material = ring.material(keyId);
  if (!material)
    throw secretError(
      'CK-SECRET-002',
      `secret ${secretId} was encrypted under key ${keyId}, which is not configured`,
      { secret: secretId, key: keyId },
    );
  return material;
}

const missing = (id: string) =>
  secretError('CK-SECRET-001', `secret ${id} does not exist`, { secret: id });
