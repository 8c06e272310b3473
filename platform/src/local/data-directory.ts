import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** Where the parts of one installation lie. */
export interface DataDirectory {
  path: string;
  database: string;
  keyFile: string;
  installToken: string;
  cluster: string;
  repositories: string;
  work: string;
}

/** Creates the data directory (0700) and the per-install token (0600), or finds them. */
export async function openDataDirectory(
  directory: string,
  installTokenFile?: string,
): Promise<DataDirectory> {
  const path = resolve(directory);
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chmod(path, 0o700);
  return {
    path,
    database: join(path, 'database'),
    keyFile: join(path, 'encryption.key'),
    installToken: await readOrCreateToken(installTokenFile ?? join(path, 'install.token')),
    cluster: join(path, 'cluster'),
    repositories: join(path, 'repositories'),
    work: join(path, 'work'),
  };
}

/** Reads a secret kept in a file of mode 0600, making it up when it is missing. */
export async function readOrCreateToken(file: string): Promise<string> {
  try {
    const token = (await readFile(file, 'utf8')).trim();
    if (token.length >= 32) return token;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const token = randomBytes(32).toString('base64url');
  // Two processes may start at once: whoever creates the file decides.
  try {
    await writeFile(file, `${token}\n`, { mode: 0o600, flag: 'wx' });
    return token;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return (await readFile(file, 'utf8')).trim();
  }
}
