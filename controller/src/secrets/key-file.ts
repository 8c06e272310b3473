import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, open, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { secretError } from './failures.ts';
import { KeyRing } from './key-ring.ts';

interface KeyFile {
  active: string;
  keys: Record<string, string>;
}

/**
 * Loads the installation's keys from a file, or makes the file with a new key when there is none.
 * It belongs outside the database and its backups (design §6) and is readable by its owner alone.
 *
 * @throws CodexError CK-SECRET-004 when others may read it, CK-SECRET-005 when it is damaged
 */
export async function loadOrCreateKeyFile(path: string): Promise<KeyRing> {
  if (!(await exists(path))) await create(path);
  const file = await open(path, 'r');
  try {
    const { mode } = await file.stat();
    // Checked on the open file: what is read is what was checked.
    if ((mode & 0o077) !== 0)
      throw secretError(
        'CK-SECRET-004',
        `${path} has mode ${(mode & 0o777).toString(8)}; others may read it`,
        { file: path },
      );
    return parse(await file.readFile('utf8'), path);
  } finally {
    await file.close();
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );

// Two processes may start at once: a link puts the finished file in place, and the second one loses.
async function create(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const id = `k${new Date().toISOString().slice(0, 10).replaceAll('-', '')}`;
  const content = {
    active: id,
    keys: { [id]: randomBytes(32).toString('base64') },
  } satisfies KeyFile;
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { force: true });
  }
}

function parse(text: string, path: string): KeyRing {
  const value = parsed(text);
  if (!isKeyFile(value))
    throw secretError(
      'CK-SECRET-005',
      `${path} is not a key file: {"active": name, "keys": {name: 32 bytes in base64}}`,
      { file: path },
    );
  return new KeyRing(
    Object.entries(value.keys).map(([id, key]) => ({ id, key: Buffer.from(key, 'base64') })),
    value.active,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isKeyFile = (value: unknown): value is KeyFile =>
  typeof value === 'object' &&
  value !== null &&
  'active' in value &&
  typeof value.active === 'string' &&
  'keys' in value &&
  typeof value.keys === 'object' &&
  value.keys !== null &&
  Object.values(value.keys).every((key) => typeof key === 'string');
