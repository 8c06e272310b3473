import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The folder of the package: `index.html`, `public/`, `src/`. */
export const portalFolder = join(import.meta.dirname, '../..');

/** SHA-256 over everything that decides what a build yields: the sources, and the pinned versions of the tools. */
export async function fingerprintSources(): Promise<string> {
  const hash = createHash('sha256');
  for (const path of await listSources()) {
    hash
      .update(`${path}\0`)
      .update(await readFile(join(portalFolder, path)))
      .update('\0');
  }
  return hash.digest('hex');
}

async function listSources(): Promise<string[]> {
  const folders = ['src', 'public'];
  const found = await Promise.all(
    folders.map(async (folder) => {
      const names = await readdir(join(portalFolder, folder), {
        recursive: true,
        withFileTypes: true,
      });
      return names
        .filter((name) => name.isFile())
        .map((name) => join(name.parentPath, name.name).slice(portalFolder.length + 1));
    }),
  );
  return [
    'index.html',
    'package.json',
    ...found.flat().filter((path) => !path.endsWith('.test.ts')),
  ].toSorted();
}
