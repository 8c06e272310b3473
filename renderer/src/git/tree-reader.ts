import type { SourceReader } from '../source-reader.ts';
import type { ObjectStore, StoredEntry } from './object-store.ts';

/** As the reader of directories has it: never part of a source. */
const skipped = new Set(['.git', 'node_modules']);

/**
 * Reads a source from a tree of a repository, without a working tree. Links and submodules are
 * not followed and count as absent.
 *
 * @param root id of the tree that is the root of the source
 */
export function createTreeReader(store: ObjectStore, root: string): SourceReader {
  async function fileEntry(path: string): Promise<StoredEntry | undefined> {
    const slash = path.lastIndexOf('/');
    const tree = await findTree(store, root, path.slice(0, Math.max(slash, 0)));
    const entries = tree === undefined ? undefined : await store.readTree(tree);
    const entry = entries?.get(path.slice(slash + 1));
    return entry?.type === 'blob' && entry.mode !== '120000' ? entry : undefined;
  }
  return {
    async read(path) {
      const entry = await fileEntry(path);
      return entry && { bytes: await store.readBlob(entry.oid), digest: entry.oid };
    },
    async digest(path) {
      return (await fileEntry(path))?.oid;
    },
    async list(directory) {
      const tree = await findTree(store, root, directory);
      const prefix = directory === '' ? '' : `${directory}/`;
      const files = tree === undefined ? [] : await listFiles(store, tree, prefix);
      return files.toSorted((a, b) => (a < b ? -1 : 1));
    },
    treeHash: (directory) => findTree(store, root, directory),
  };
}

/** Id of the tree at a path below another; undefined when there is none. */
export async function findTree(
  store: ObjectStore,
  root: string,
  path: string,
): Promise<string | undefined> {
  let current = root;
  for (const part of path === '' ? [] : path.split('/')) {
    const entry = (await store.readTree(current)).get(part);
    if (entry?.type !== 'tree') return undefined;
    current = entry.oid;
  }
  return current;
}

async function listFiles(store: ObjectStore, tree: string, prefix: string): Promise<string[]> {
  const entries = [...(await store.readTree(tree))];
  const nested = entries.map(async ([name, { type, mode, oid }]) => {
    if (skipped.has(name)) return [];
    if (type === 'tree') return listFiles(store, oid, `${prefix}${name}/`);
    return type === 'blob' && mode !== '120000' ? [prefix + name] : [];
  });
  return (await Promise.all(nested)).flat();
}
