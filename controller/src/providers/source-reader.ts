import type { SourceReader } from '@codex-k8s/renderer';
import type { GitRepository, TreeEntry } from '../git/index.ts';

/**
 * The source tree of one commit. Paths are taken literally below the root; symbolic links and
 * submodules are not followed and count as absent, so nothing outside the commit is ever read.
 */
export async function createSourceReader(
  repository: GitRepository,
  commit: string,
): Promise<SourceReader> {
  const { tree: root } = await repository.readCommit(commit);

  async function find(path: string): Promise<TreeEntry | undefined> {
    const parts = normalise(path);
    const name = parts?.pop();
    if (parts === undefined || name === undefined) return undefined;
    const entries = await repository.listTree(root, parts.join('/'));
    return entries?.find((entry) => entry.name === name);
  }

  async function findFile(path: string): Promise<TreeEntry | undefined> {
    const entry = await find(path);
    return entry?.type === 'blob' && isRegular(entry.mode) ? entry : undefined;
  }

  async function treeHash(directory: string): Promise<string | undefined> {
    const parts = normalise(directory);
    if (parts === undefined) return undefined;
    if (parts.length === 0) return root;
    const entry = await find(directory);
    return entry?.type === 'tree' ? entry.oid : undefined;
  }

  return {
    async read(path) {
      const entry = await findFile(path);
      return entry === undefined
        ? undefined
        : { bytes: await repository.readBlob(entry.oid), digest: entry.oid };
    },
    async digest(path) {
      return (await findFile(path))?.oid;
    },
    async list(directory) {
      const tree = await treeHash(directory);
      if (tree === undefined) return [];
      const prefix = (normalise(directory) ?? []).map((part) => `${part}/`).join('');
      const files = await repository.walkTree(tree);
      const paths = files.filter(({ mode }) => isRegular(mode)).map(({ path }) => prefix + path);
      return paths.toSorted((a, b) => (a < b ? -1 : 1));
    },
    treeHash,
  };
}

/** The parts of a path without `.` and resolved `..`; undefined when it leads outside. */
function normalise(path: string): string[] | undefined {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..' && parts.pop() === undefined) return undefined;
    if (part !== '' && part !== '.' && part !== '..') parts.push(part);
  }
  return path.startsWith('/') ? undefined : parts;
}

function isRegular(mode: string): boolean {
  return mode.startsWith('100');
}
