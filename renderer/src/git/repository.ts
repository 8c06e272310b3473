import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { SourceReader } from '../source-reader.ts';
import { openObjectStore, type StoredCommit } from './object-store.ts';
import { RepositoryError } from './repository-error.ts';
import { resolveRevision } from './revision.ts';
import { createTreeReader, findTree } from './tree-reader.ts';

/** A git repository on disk, read without the git program. */
export interface GitRepository {
  /** Root of the working tree; undefined in a bare repository. */
  readonly top: string | undefined;
  /** The commit that a revision names. Throws a RepositoryError when there is none. */
  resolve(revision: string): Promise<{ oid: string; tree: string }>;
  /**
   * Reads from a commit.
   *
   * @param directory root of the source below the root of the repository; `''` is the root itself
   */
  readerAt(commit: { tree: string }, directory: string): Promise<SourceReader>;
  /** A commit with what it says. */
  readCommit(oid: string): Promise<StoredCommit & { oid: string }>;
  /** The best common ancestor of two commits; undefined when they have none. */
  mergeBase(a: string, b: string): Promise<string | undefined>;
}

/** Opens the repository around a directory. Throws a RepositoryError when there is none. */
export async function openRepository(directory: string): Promise<GitRepository> {
  const found = await findGitDirectory(await realpath(directory));
  if (found === undefined)
    throw new RepositoryError('no-repository', `${directory} lies in no git repository`);
  const { top, gitdir } = found;
  const common = await commonDirectory(gitdir);
  await refuseUnknownFormat(common);
  const store = openObjectStore(common);
  return {
    top,
    resolve: (revision) => resolveRevision(store, gitdir, revision),
    async readerAt({ tree }, below) {
      const root = await findTree(store, tree, below);
      return root === undefined ? emptyReader : createTreeReader(store, root);
    },
    readCommit: (oid) => store.readCommit(oid),
    mergeBase: async (a, b) => (await store.findMergeBases(a, b))[0],
  };
}

/** A directory that a commit does not have. */
const emptyReader: SourceReader = {
  read: () => Promise.resolve(undefined),
  list: () => Promise.resolve([]),
  treeHash: () => Promise.resolve(undefined),
};

async function findGitDirectory(
  start: string,
): Promise<{ top: string | undefined; gitdir: string } | undefined> {
  for (let directory = start; ; directory = dirname(directory)) {
    const inner = join(directory, '.git');
    const stats = await stat(inner).catch(() => undefined);
    if (stats?.isDirectory()) return { top: directory, gitdir: inner };
    if (stats?.isFile()) {
      const target = /^gitdir: (.+)$/m.exec(await readFile(inner, 'utf8'))?.[1];
      if (target !== undefined) return { top: directory, gitdir: resolve(directory, target) };
    }
    if (await isGitDirectory(directory)) return { top: undefined, gitdir: directory };
    if (dirname(directory) === directory) return undefined;
  }
}

async function isGitDirectory(directory: string): Promise<boolean> {
  const parts = ['HEAD', 'objects', 'refs'].map((name) => stat(join(directory, name)));
  return (await Promise.allSettled(parts)).every(({ status }) => status === 'fulfilled');
}

/** Linked working trees (`git worktree add`) keep objects and refs with the main one. */
async function commonDirectory(gitdir: string): Promise<string> {
  const text = await readFile(join(gitdir, 'commondir'), 'utf8').catch(() => undefined);
  return text === undefined ? gitdir : resolve(gitdir, text.trim());
}

/** Says plainly what is not supported, instead of objects that seem to be missing. */
async function refuseUnknownFormat(gitdir: string): Promise<void> {
  const config = await readFile(join(gitdir, 'config'), 'utf8').catch(() => '');
  const unsupported = /^\s*(objectformat\s*=\s*sha256|refstorage\s*=\s*reftable)\s*$/im.exec(
    config,
  );
  if (unsupported !== null)
    throw new RepositoryError(
      'unreadable-repository',
      `repositories with ${unsupported[1]?.replace(/\s+/g, ' ') ?? ''} are not supported`,
    );
  const alternates = await stat(join(gitdir, 'objects/info/alternates')).catch(() => undefined);
  if (alternates !== undefined && alternates.size > 0)
    throw new RepositoryError(
      'unreadable-repository',
      'repositories that borrow objects (objects/info/alternates) are not supported',
      {
        hint: 'Run `git repack -a -d` and remove objects/info/alternates, or clone without --shared.',
      },
    );
}
