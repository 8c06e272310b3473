import type { GitRepository, TreeEntry } from '../git/index.ts';

/** A file that differs between two trees; `undefined` where it is not. */
export interface TreeChange {
  path: string;
  before: TreeEntry | undefined;
  after: TreeEntry | undefined;
}

/** The files that differ, by path; only directories whose ids differ are read. */
export async function diffTrees(
  repository: GitRepository,
  before: string | undefined,
  after: string | undefined,
  prefix = '',
): Promise<TreeChange[]> {
  if (before === after) return [];
  const [old, now] = await Promise.all([read(repository, before), read(repository, after)]);
  const names = [...new Set([...old.keys(), ...now.keys()])].toSorted((a, b) => (a < b ? -1 : 1));
  const changes = await Promise.all(
    names.map(async (name): Promise<TreeChange[]> => {
      const [from, to] = [old.get(name), now.get(name)];
      if (from?.oid === to?.oid && from?.mode === to?.mode) return [];
      const path = prefix + name;
      const [fromTree, toTree] = [
        from?.type === 'tree' ? from.oid : undefined,
        to?.type === 'tree' ? to.oid : undefined,
      ];
      const below = await diffTrees(repository, fromTree, toTree, `${path}/`);
      const [fromFile, toFile] = [
        from?.type === 'blob' ? from : undefined,
        to?.type === 'blob' ? to : undefined,
      ];
      const here =
        fromFile === undefined && toFile === undefined
          ? []
          : [{ path, before: fromFile, after: toFile }];
      return [...here, ...below];
    }),
  );
  return changes.flat();
}

async function read(
  repository: GitRepository,
  tree: string | undefined,
): Promise<Map<string, TreeEntry>> {
  const entries = tree === undefined ? [] : ((await repository.listTree(tree)) ?? []);
  return new Map(entries.map((entry) => [entry.name, entry]));
}
