import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { temporaryDirectory } from '@codex-k8s/testing';
import type { TemporaryDirectory } from '@codex-k8s/testing';
import type { Database } from '../database/index.ts';
import { embeddedDatabase, postgresDatabase } from '../database/testing/index.ts';
import type { DatabaseUnderTest } from '../database/testing/index.ts';
import { loadOrCreateKeyFile } from './key-file.ts';
import { KeyRing } from './key-ring.ts';
import { createSecretStore } from './store.ts';
import type { SecretStore } from './store.ts';

const canary = 'canary-Pa55word-ü';
const key = (id: string): { id: string; key: Buffer } => ({ id, key: randomBytes(32) });
const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
/** Everything that a log or a crash would show of a value. */
const shown = (value: unknown): string =>
  [
    inspect(value, { depth: 10, showHidden: true }),
    JSON.stringify(value),
    String(value),
    value instanceof Error ? value.stack : '',
  ].join('\n');

for (const [name, open] of Object.entries({
  PostgreSQL: () => postgresDatabase('secrets'),
  PGlite: () => embeddedDatabase(),
}))
  describe(`the secret store on ${name}`, function () {
    this.timeout(60_000);
    let under: DatabaseUnderTest;
    let db: Database;
    const [old, current] = [key('old'), key('current')];
    let store: SecretStore;
    before(async () => {
      under = await open();
      db = under.db;
    });
    after(() => under.drop());
    beforeEach(async () => {
      await db.query('delete from core.secrets');
      store = createSecretStore(db, { keys: [old, current], activeKeyId: 'current' });
    });
    const put = (plaintext: string, into = store, purpose = 'webhook'): Promise<string> =>
      db.inTransaction((tx) => into.put(tx, purpose, plaintext));

    it('reveals what was put', async () => {
      for (const plaintext of [canary, '', '𝄞'.repeat(5_000)])
        expect(await store.reveal(await put(plaintext))).to.equal(plaintext);
    });

    it('stores nothing readable, and the same value differently each time', async () => {
      await put(canary);
      await put(canary);
      const rows = await db.query<{ ciphertext: Buffer; nonce: Buffer; key_id: string }>(
        'select * from core.secrets',
      );
      for (const row of rows) {
        expect(Buffer.concat([row.ciphertext, row.nonce]).includes('canary')).to.equal(false);
        expect(row.nonce).to.have.lengthOf(12);
        expect(row.key_id).to.equal('current');
      }
      expect(rows[0]?.ciphertext.equals(rows[1]?.ciphertext ?? Buffer.alloc(0))).to.equal(false);
    });

    it('is part of the transaction that puts it', async () => {
      const failed = db.inTransaction(async (tx) => {
        await store.put(tx, 'webhook', canary);
        throw new Error('on purpose');
      });
      expect(String(await failureOf(failed))).to.equal('Error: on purpose');
      expect(await db.query('select id from core.secrets')).to.deep.equal([]);
    });

    it('replaces a value', async () => {
      const id = await put(canary);
      await store.rotate(id, 'new');
      expect(await store.reveal(id)).to.equal('new');
    });

    it('brings everything under the active key, once', async () => {
      const before = createSecretStore(db, { keys: [old], activeKeyId: 'old' });
      const ids: string[] = [];
      for (let n = 0; n < 130; n += 1) ids.push(await put(`${canary} ${String(n)}`, before));
      expect(await store.rotateKeys()).to.equal(130);
      expect(await store.rotateKeys()).to.equal(0);
      const after = createSecretStore(db, { keys: [current], activeKeyId: 'current' });
      expect(await after.reveal(ids[129] ?? '')).to.equal(`${canary} 129`);
    });

    it('says which secret is missing, and which key', async () => {
      const missing = await failureOf(store.reveal('8f14e45f-ceea-467f-a0e6-1a2b3c4d5e6f'));
      expect(missing).to.have.nested.property('data.code', 'CK-SECRET-001');
      const id = await put(canary);
      const unknown = await failureOf(
        createSecretStore(db, { keys: [old], activeKeyId: 'old' }).reveal(id),
      );
      expect(unknown).to.have.nested.property('data.code', 'CK-SECRET-002');
      expect(unknown).to.have.property('message').that.includes('current').and.includes(id);
    });

    for (const [change, sql] of Object.entries({
      'its purpose was changed': `update core.secrets set purpose = 'token'`,
      'its bytes were changed': `update core.secrets set ciphertext = set_byte(ciphertext, 0, get_byte(ciphertext, 0) # 1)`,
      'its bytes were cut off': `update core.secrets set ciphertext = substring(ciphertext from 1 for 5)`,
      'its nonce was changed': `update core.secrets set nonce = substring(nonce from 1 for 8)`,
    }))
      it(`refuses a secret when ${change}`, async () => {
        const id = await put(canary);
        await db.query(sql);
        expect(await failureOf(store.reveal(id))).to.have.nested.property(
          'data.code',
          'CK-SECRET-003',
        );
      });

    it('refuses a secret that was swapped for another one', async () => {
      const [mine, other] = [await put(canary), await put('other')];
      await db.query(
        'update core.secrets a set nonce = b.nonce, ciphertext = b.ciphertext from core.secrets b where a.id = $1 and b.id = $2',
        [mine, other],
      );
      expect(await failureOf(store.reveal(mine))).to.have.nested.property(
        'data.code',
        'CK-SECRET-003',
      );
    });

    it('shows neither values nor keys, whatever is printed', async () => {
      const id = await put(canary);
      await db.query(`update core.secrets set purpose = 'token'`);
      const error = await failureOf(store.reveal(id));
      const refusedByDatabase = await failureOf(
        db.inTransaction((tx) => store.put(tx, null as unknown as string, canary)),
      );
      const ring = new KeyRing([old, current], 'current');
      const all = [store, error, refusedByDatabase, ring].map(shown).join('\n');
      expect(all).to.not.include('canary');
      for (const { key: material } of [old, current])
        for (const encoding of ['hex', 'base64', 'base64url'] as const)
          expect(all).to.not.include(material.toString(encoding).slice(0, 12));
      expect(all).to.not.match(/Buffer|Uint8Array/);
    });
  });

describe('the keys', () => {
  it('must be of 32 bytes, have names of their own, and hold the active one', () => {
    for (const make of [
      () => new KeyRing([{ id: 'a', key: randomBytes(16) }], 'a'),
      () => new KeyRing([key('a'), key('a')], 'a'),
      () => new KeyRing([key('a')], 'b'),
    ])
      expect(make).to.throw().with.nested.property('data.code', 'CK-SECRET-006');
  });
});

describe('the key file', () => {
  let directory: TemporaryDirectory;
  beforeEach(async () => {
    directory = await temporaryDirectory('keys');
  });
  afterEach(() => directory.remove());
  const path = (): string => join(directory.path, 'nested', 'keys.json');

  it('is made once, for its owner alone, and read again', async () => {
    const first = await loadOrCreateKeyFile(path());
    expect((await stat(path())).mode & 0o777).to.equal(0o600);
    const again = await loadOrCreateKeyFile(path());
    expect(again.activeKeyId).to.equal(first.activeKeyId);
    expect(
      again
        .material(again.activeKeyId)
        ?.equals(first.material(first.activeKeyId) ?? Buffer.alloc(0)),
    ).to.equal(true);
  });

  it('is the same for all that make it at the same time', async () => {
    const rings = await Promise.all(Array.from({ length: 8 }, () => loadOrCreateKeyFile(path())));
    const materials = new Set(
      rings.map((ring) => ring.material(ring.activeKeyId)?.toString('hex')),
    );
    expect(materials.size).to.equal(1);
  });

  it('is refused when others may read it', async () => {
    await loadOrCreateKeyFile(path());
    await chmod(path(), 0o640);
    const refused = await failureOf(loadOrCreateKeyFile(path()));
    expect(refused).to.have.nested.property('data.code', 'CK-SECRET-004');
    expect(refused).to.have.property('message').that.includes('640');
  });

  it('is refused when it is damaged, without quoting it', async () => {
    await loadOrCreateKeyFile(path());
    const text = await readFile(path(), 'utf8');
    for (const damaged of [text.slice(0, -10), '{"active":"a","keys":{"a":5}}', '[]']) {
      await writeFile(path(), damaged);
      const refused = await failureOf(loadOrCreateKeyFile(path()));
      expect(refused).to.have.nested.property('data.code', 'CK-SECRET-005');
      expect(shown(refused)).to.not.include(text.slice(30, 50));
    }
  });
});
