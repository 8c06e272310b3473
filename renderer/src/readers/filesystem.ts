import { readdirSync, readFileSync, type Dirent } from 'node:fs';
import { lstat, readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { blobId, treeId, type TreeEntry } from '../hash/index.ts';
import type { SourceReader } from '../source-reader.ts';

/** Never part of a source, and often huge. */
const skipped = new Set(['.git', 'node_modules']);

/**
 * Reads a source from a directory on disk. Symbolic links are not followed: what is read is what
 * git keeps. `.git` and `node_modules` are not part of the source. A reader is for one render or a
 * few: it looks into each directory once.
 */
export async function createFilesystemReader(directory: string): Promise<SourceReader> {
  const tree = new DirectoryTree(await realpath(directory));
  return {
    read(path) {
      // Synchronous on purpose: thousands of small files take a fraction of the time.
      const bytes = tree.kindOf(path) === 'file' ? tree.read(path) : undefined;
      return Promise.resolve(bytes === undefined ? undefined : { bytes, digest: blobId(bytes) });
    },
    list(path) {
      const files = tree.kindOf(path) === 'directory' ? tree.filesBelow(path) : [];
      return Promise.resolve(files.toSorted((a, b) => (a < b ? -1 : 1)));
    },
    async treeHash(path) {
      return tree.kindOf(path) === 'directory' ? hashDirectory(join(tree.root, path)) : undefined;
    },
  };
}

/**
 * What lies below a root, spelled as it is on disk. Listings tell a link and a name in other letters
 * (which some systems take for the same) from a file, with one look for a whole directory.
 */
class DirectoryTree {
  readonly root: string;
  readonly #listings = new Map<string, ReadonlyMap<string, Dirent>>();

  constructor(root: string) {
    this.root = root;
  }

  /** What a path names; undefined when there is nothing, or a link on the way. */
  kindOf(path: string): 'file' | 'directory' | undefined {
    if (path === '') return 'directory';
    const slash = path.lastIndexOf('/');
    const parent = slash < 0 ? '' : path.slice(0, slash);
    if (slash >= 0 && this.kindOf(parent) !== 'directory') return undefined;
    const entry = this.#listing(parent).get(path.slice(slash + 1));
    return entry?.isFile() === true
      ? 'file'
      : entry?.isDirectory() === true
        ? 'directory'
        : undefined;
  }

  read(path: string): Uint8Array | undefined {
    try {
      return readFileSync(join(this.root, path));
    } catch (error) {
      return ignoreAbsence(error);
    }
  }

  filesBelow(directory: string, files: string[] = []): string[] {
    const prefix = directory === '' ? '' : `${directory}/`;
    for (const [name, entry] of this.#listing(directory)) {
      if (skipped.has(name)) continue;
      if (entry.isFile()) files.push(prefix + name);
      else if (entry.isDirectory()) this.filesBelow(prefix + name, files);
    }
    return files;
  }

  #listing(directory: string): ReadonlyMap<string, Dirent> {
    const known = this.#listings.get(directory);
    if (known !== undefined) return known;
    const listing = new Map(
      entriesOf(join(this.root, directory)).map((entry) => [entry.name, entry]),
    );
    this.#listings.set(directory, listing);
    return listing;
  }
}

function entriesOf(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    return ignoreAbsence(error) ?? [];
  }
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
