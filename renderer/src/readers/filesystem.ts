import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  type Dirent,
} from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { blobId, treeId, type TreeEntry } from '../hash/index.ts';
import type { SourceReader } from '../source-reader.ts';
import { parseIgnoreRules, type IgnoreRules } from './ignore-rules.ts';

/** Never part of a source, and often huge. */
const skipped = new Set(['.git', 'node_modules']);

/**
 * Reads a source from a directory on disk. Symbolic links are not followed: what is read is what
 * git keeps. `.git`, `node_modules` and, in lists and hashes, what a .gitignore leaves out are not
 * part of the source: a commit of it has the same lists and hashes. A reader is for one render or a
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
      const files = tree.isKeptDirectory(path) ? tree.filesBelow(path) : [];
      return Promise.resolve(files.toSorted((a, b) => (a < b ? -1 : 1)));
    },
    treeHash(path) {
      const id = tree.isKeptDirectory(path) ? tree.hashOf(path) : undefined;
      // Git keeps no empty directories.
      return Promise.resolve(id === emptyTree && path !== '' ? undefined : id);
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
  readonly #rules = new Map<string, IgnoreRules | undefined>();
  #rulesAbove: readonly { rules: IgnoreRules; prefix: string }[] | undefined;

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
      if (skipped.has(name) || this.#isIgnored(prefix + name, entry)) continue;
      if (entry.isFile()) files.push(prefix + name);
      else if (entry.isDirectory()) this.filesBelow(prefix + name, files);
    }
    return files;
  }

  /** Whether a path names a directory, and no rule leaves it or one above it out. */
  isKeptDirectory(path: string): boolean {
    if (this.kindOf(path) !== 'directory') return false;
    if (path === '') return true;
    const slash = path.lastIndexOf('/');
    const parent = slash < 0 ? '' : path.slice(0, slash);
    const name = path.slice(slash + 1);
    const entry = this.#listing(parent).get(name);
    return (
      !skipped.has(name) &&
      entry !== undefined &&
      !this.#isIgnored(path, entry) &&
      this.isKeptDirectory(parent)
    );
  }

  /** The git tree id of a directory: what git would commit of it. */
  hashOf(directory: string): string {
    const prefix = directory === '' ? '' : `${directory}/`;
    const entries: TreeEntry[] = [];
    for (const [name, entry] of this.#listing(directory)) {
      if (skipped.has(name) || this.#isIgnored(prefix + name, entry)) continue;
      const hashed = this.#hashEntry(prefix + name, name, entry);
      if (hashed !== undefined) entries.push(hashed);
    }
    return treeId(entries);
  }

  /** Undefined for what git does not keep: empty directories, sockets. */
  #hashEntry(path: string, name: string, entry: Dirent): TreeEntry | undefined {
    const location = join(this.root, path);
    if (entry.isSymbolicLink())
      return { name, kind: 'link', id: blobId(Buffer.from(readlinkSync(location))) };
    if (entry.isFile()) {
      const isExecutable = (lstatSync(location).mode & 0o100) !== 0;
      const kind = isExecutable ? 'executable' : 'file';
      return { name, kind, id: blobId(readFileSync(location)) };
    }
    const id = entry.isDirectory() ? this.hashOf(path) : undefined;
    return id === undefined || id === emptyTree ? undefined : { name, kind: 'directory', id };
  }

  /** What the closest .gitignore says of a path whose directory is kept. */
  #isIgnored(path: string, entry: Dirent): boolean {
    const isDirectory = entry.isDirectory();
    for (let slash = path.lastIndexOf('/'); ; slash = path.lastIndexOf('/', slash - 1)) {
      const rules = this.#rulesIn(slash < 0 ? '' : path.slice(0, slash));
      const decision = rules?.decide(path.slice(slash + 1), isDirectory);
      if (decision !== undefined) return decision;
      if (slash <= 0) break;
    }
    this.#rulesAbove ??= rulesAbove(this.root);
    for (const { rules, prefix } of this.#rulesAbove) {
      const decision = rules.decide(`${prefix}${path}`, isDirectory);
      if (decision !== undefined) return decision;
    }
    return false;
  }

  #rulesIn(directory: string): IgnoreRules | undefined {
    if (this.#rules.has(directory)) return this.#rules.get(directory);
    const isThere = this.#listing(directory).get('.gitignore')?.isFile() === true;
    const path = directory === '' ? '.gitignore' : `${directory}/.gitignore`;
    const rules = isThere ? readRules(join(this.root, path)) : undefined;
    this.#rules.set(directory, rules);
    return rules;
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

const emptyTree = treeId([]);

/** The rules between a root and the top of its repository, closest first; none outside of one. */
function rulesAbove(root: string): { rules: IgnoreRules; prefix: string }[] {
  const found: { rules: IgnoreRules; prefix: string }[] = [];
  let directory = root;
  while (!existsSync(join(directory, '.git'))) {
    const parent = dirname(directory);
    if (parent === directory) return [];
    directory = parent;
    const file = join(directory, '.gitignore');
    const prefix = `${relative(directory, root).split(sep).join('/')}/`;
    if (existsSync(file)) found.push({ rules: readRules(file), prefix });
  }
  return found;
}

function readRules(file: string): IgnoreRules {
  return parseIgnoreRules(readFileSync(file, 'utf8'));
}

function ignoreAbsence(error: unknown): undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined;
  throw error;
}
