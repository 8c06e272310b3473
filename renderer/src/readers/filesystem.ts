import { lstat, readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { blobId, treeId, type TreeEntry } from '../hash/index.ts';
import type { SourceReader } from '../source-reader.ts';

/** Never part of a source, and often huge. */
const skipped = new Set(['.git', 'node_modules']);

/**
 * Reads a source from a directory on disk. Symbolic links are not followed: what is read is what
 * git keeps. `.git` and `node_modules` are not part of the source.
 */
export async function createFilesystemReader(directory: string): Promise<SourceReader> {
  const root = await realpath(directory);
  return {
    async read(path) {
      const file = await insideRoot(root, path);
      const bytes = file === undefined ? undefined : await readFile(file).catch(ignoreAbsence);
      return bytes === undefined ? undefined : { bytes, digest: blobId(bytes) };
    },
    async list(path) {
      const start = await insideRoot(root, path);
      if (start === undefined) return [];
      const files = await listFiles(start, path === '' ? '' : `${path}/`);
      return files.toSorted((a, b) => (a < b ? -1 : 1));
    },
    async treeHash(path) {
      const start = await insideRoot(root, path);
      return start === undefined ? undefined : hashDirectory(start);
    },
  };
}

/** The location of a path; undefined when there is nothing, or a link on the way. */
async function insideRoot(root: string, path: string): Promise<string | undefined> {
  const location = join(root, path);
  const real = await realpath(location).catch(ignoreAbsence);
  return real === location && (real === root || real.startsWith(root + sep)) ? real : undefined;
}

async function listFiles(directory: string, prefix: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(ignoreAbsence);
  const nested = (entries ?? [])
    .filter((entry) => !skipped.has(entry.name) && (entry.isFile() || entry.isDirectory()))
    .map(async (entry) =>
      entry.isDirectory()
        ? listFiles(join(directory, entry.name), `${prefix}${entry.name}/`)
        : [prefix + entry.name],
    );
  return (await Promise.all(nested)).flat();
}

async function hashDirectory(directory: string): Promise<string | undefined> {
  const names = await readdir(directory).catch(ignoreAbsence);
  if (names === undefined) return undefined;
  const entries = names
    .filter((name) => !skipped.has(name))
    .map((name) => hashEntry(join(directory, name), name));
  return treeId((await Promise.all(entries)).filter((entry) => entry !== undefined));
}

/** Undefined for what git does not keep: empty directories, sockets. */
async function hashEntry(path: string, name: string): Promise<TreeEntry | undefined> {
  const stats = await lstat(path);
  if (stats.isSymbolicLink())
    return { name, kind: 'link', id: blobId(Buffer.from(await readlink(path))) };
  if (stats.isFile()) {
    const kind = (stats.mode & 0o100) === 0 ? 'file' : 'executable';
    return { name, kind, id: blobId(await readFile(path)) };
  }
  const id = stats.isDirectory() ? await hashDirectory(path) : undefined;
  return id === undefined || id === treeId([]) ? undefined : { name, kind: 'directory', id };
}

function ignoreAbsence(error: unknown): undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined;
  throw error;
}
