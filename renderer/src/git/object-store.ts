import { existsSync, promises } from 'node:fs';
import { join } from 'node:path';
import { BoundedMap } from '../cache/index.ts';
import { RepositoryError } from './repository-error.ts';

/** One entry of a tree as git keeps it. */
export interface StoredEntry {
  /** File mode, octal: `100644`, `100755`, `120000` (link), `040000` (tree), `160000` (submodule). */
  mode: string;
  type: 'blob' | 'tree' | 'commit';
  oid: string;
}

export interface StoredCommit {
  tree: string;
  parents: readonly string[];
  message: string;
}

/** The objects of one repository, loose or packed; what was read once is not read again. */
export interface ObjectStore {
  readonly gitdir: string;
  /** Whether the history was cut off (`git clone --depth`). */
  readonly shallow: boolean;
  readTree(oid: string): Promise<ReadonlyMap<string, StoredEntry>>;
  readBlob(oid: string): Promise<Uint8Array>;
  /** The commit that an id names, through annotated tags. */
  readCommit(oid: string): Promise<StoredCommit & { oid: string }>;
  /** The full id of an abbreviated one; undefined when there is none or it is ambiguous. */
  expand(abbreviated: string): Promise<string | undefined>;
  /** The id that a full or short ref name stands for. */
  resolveRef(name: string): Promise<string | undefined>;
  /** The best common ancestors of two commits. */
  findMergeBases(a: string, b: string): Promise<readonly string[]>;
}

const fileSystem = { promises };

/** @param gitdir the directory that holds `objects` and `refs` */
export function openObjectStore(gitdir: string): ObjectStore {
  // Pack indices and packs stay here: isomorphic-git reads them again for each call without it.
  const cache = {};
  const trees = new Map<string, Promise<ReadonlyMap<string, StoredEntry>>>();
  const blobs = new BoundedMap<Uint8Array>(64 * 1024 * 1024);
  const shallow = existsSync(join(gitdir, 'shallow'));
  // Loading it takes longer than most diffs: only who reads objects pays for it.
  // Its default export holds everything, bundled or not.
  const git = async () => (await import('isomorphic-git')).default;

  async function attempt<Result>(oid: string, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw missingObject(oid, shallow, error);
    }
  }

  async function loadTree(oid: string): Promise<ReadonlyMap<string, StoredEntry>> {
    const { readTree } = await git();
    const { tree } = await attempt(oid, () => readTree({ fs: fileSystem, gitdir, oid, cache }));
    return new Map(tree.map(({ path, mode, type, oid: id }) => [path, { mode, type, oid: id }]));
  }

  return {
    gitdir,
    shallow,
    readTree(oid) {
      const known = trees.get(oid) ?? loadTree(oid);
      trees.set(oid, known);
      return known;
    },
    async readBlob(oid) {
      const known = blobs.get(oid);
      if (known !== undefined) return known;
      const { readBlob } = await git();
      const { blob } = await attempt(oid, () => readBlob({ fs: fileSystem, gitdir, oid, cache }));
      blobs.set(oid, blob, blob.length + 100);
      return blob;
    },
    async readCommit(oid) {
      const { readCommit } = await git();
      const found = await attempt(oid, () => readCommit({ fs: fileSystem, gitdir, oid, cache }));
      const { tree, parent, message } = found.commit;
      return { oid: found.oid, tree, parents: parent, message };
    },
    async expand(abbreviated) {
      const { expandOid } = await git();
      return expandOid({ fs: fileSystem, gitdir, oid: abbreviated, cache }).catch(() => undefined);
    },
    async resolveRef(name) {
      const { resolveRef } = await git();
      return resolveRef({ fs: fileSystem, gitdir, ref: name }).catch(() => undefined);
    },
    async findMergeBases(a, b) {
      const { findMergeBase } = await git();
      const found = findMergeBase({ fs: fileSystem, gitdir, oids: [a, b], cache });
      const oids = await found.catch((cause: unknown) => {
        throw shallow
          ? new RepositoryError('shallow-history', 'the common ancestor is not in this clone')
          : new RepositoryError('unreadable-repository', 'the history cannot be read', { cause });
      });
      if (oids.length === 0 && shallow)
        throw new RepositoryError('shallow-history', 'the common ancestor is not in this clone');
      return oids;
    },
  };
}

function missingObject(oid: string, shallow: boolean, cause: unknown): RepositoryError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const isMissing = /could not find|not found/i.test(reason);
  if (isMissing && shallow)
    return new RepositoryError(
      'shallow-history',
      `object ${oid.slice(0, 12)} is not in this shallow clone`,
      { cause },
    );
  return new RepositoryError(
    'unreadable-repository',
    isMissing
      ? `object ${oid.slice(0, 12)} is not in this repository`
      : `object ${oid.slice(0, 12)} cannot be read: ${reason}`,
    { cause },
  );
}
