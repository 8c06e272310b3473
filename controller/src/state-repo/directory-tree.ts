import { DIRECTORY_MODE, FILE_MODE, makeObject, makeTree } from '../git/index.ts';
import { assertStack, fileParts } from './layout.ts';
import { stateError } from './state-error.ts';
import type { GitObject, TreeEntry, TreeFile } from '../git/index.ts';
import type { StackDirectory } from './state-repository.ts';

type File = StackDirectory['files'][number];

/** How a directory stands in the repository. */
export interface StandingTrees {
  /** One directory's entries, by tree id. */
  listTree(tree: string): Promise<TreeEntry[] | undefined>;
  /** All files below a tree. */
  walkTree(tree: string): Promise<readonly TreeFile[]>;
}

/** What happens to one directory: files put (or, undefined, taken away), and the same further down. */
interface Edit {
  directories: Map<string, Edit>;
  files: Map<string, File | undefined>;
}

/** A directory after an edit; no `tree` when nothing is left in it. */
interface Edited {
  tree: string | undefined;
  /** Trees and blobs that the directory did not hold before. */
  objects: GitObject[];
}

/**
 * The new git objects that turn `oldTree` (undefined: nothing) into exactly the stack's directory.
 * It is the whole directory that is given, and every file it does not list goes; yet only the
 * files that differ, and the directories above them, are hashed. CK-STATE-002 unless the result
 * hashes to the content hash, CK-STATE-001 for a path that cannot be a file of the directory.
 */
export async function rewriteDirectory(
  { stack, contentHash, files }: StackDirectory,
  oldTree: string | undefined,
  standing: StandingTrees,
): Promise<GitObject[]> {
  const old = oldTree === undefined ? [] : await standing.walkTree(oldTree);
  const edit = planEdit(assertStack(stack), old, files);
  const { tree, objects } = await applyEdit(stack, edit, oldTree, standing);
  if (tree === contentHash) return objects;
  // What people may have put there that is neither file nor directory (a submodule) is not edited
  // away but left out: the directory is made from nothing.
  if (oldTree !== undefined)
    return rewriteDirectory({ stack, contentHash, files }, undefined, standing);
  throw stateError(
    'CK-STATE-002',
    `${stack}: the files hash to ${tree ?? 'an empty directory'}, the rendering said ${contentHash}`,
    { stack, contentHash },
  );
}

/** The objects of a directory made from nothing, and its tree. */
export async function makeDirectory(
  owner: string,
  files: readonly File[],
): Promise<{ tree: string; objects: GitObject[] }> {
  const nothing = { listTree: () => Promise.resolve([]), walkTree: () => Promise.resolve([]) };
  const { tree, objects } = await applyEdit(owner, planEdit(owner, [], files), undefined, nothing);
  return { tree: tree ?? makeTree([]).oid, objects };
}

/** Pure: compares what stands with what is wanted, file by file. */
function planEdit(owner: string, old: readonly TreeFile[], files: readonly File[]): Edit {
  const root: Edit = { directories: new Map(), files: new Map() };
  const left = new Map(old.map((file) => [file.path, file]));
  const seen = new Set<string>();
  for (const file of files) {
    const parts = fileParts(owner, file.path);
    if (seen.has(file.path)) throw clash(owner, file.path);
    seen.add(file.path);
    const former = left.get(file.path);
    left.delete(file.path);
    if (former?.oid !== file.digest || former.mode !== FILE_MODE) place(root, parts, file);
  }
  for (const path of left.keys()) place(root, path.split('/'), undefined);
  return root;
}

function place(root: Edit, parts: string[], file: File | undefined) {
  let edit = root;
  for (const part of parts.slice(0, -1)) {
    const next: Edit = edit.directories.get(part) ?? { directories: new Map(), files: new Map() };
    edit.directories.set(part, next);
    edit = next;
  }
  edit.files.set(parts.at(-1) ?? '', file);
}

async function applyEdit(
  owner: string,
  edit: Edit,
  oldTree: string | undefined,
  standing: StandingTrees,
): Promise<Edited> {
  const old = oldTree === undefined ? [] : ((await standing.listTree(oldTree)) ?? []);
  const entries = new Map(old.map((entry) => [entry.name, entry]));
  const known = new Set(old.map(({ oid }) => oid));
  const objects: GitObject[] = [];
  for (const [name, below] of edit.directories) {
    const former = entries.get(name);
    const directory = await applyEdit(
      owner,
      below,
      former?.type === 'tree' ? former.oid : undefined,
      standing,
    );
    objects.push(...directory.objects);
    if (former?.type === 'tree') entries.delete(name);
    if (directory.tree === undefined) continue;
    // Here stands a file that is not taken away below: one path needs it, another a directory.
    if (entries.has(name) && !edit.files.has(name)) throw clash(owner, name);
    entries.set(name, { name, mode: DIRECTORY_MODE, type: 'tree', oid: directory.tree });
  }
  for (const [name, file] of edit.files) {
    const now = entries.get(name);
    if (file === undefined) {
      if (now?.type !== 'tree') entries.delete(name);
      continue;
    }
    if (now?.type === 'tree') throw clash(owner, name);
    entries.set(name, { name, mode: FILE_MODE, type: 'blob', oid: file.digest });
    if (known.has(file.digest)) continue;
    const blob = makeObject('blob', file.bytes);
    if (blob.oid !== file.digest) throw lie(owner, file, blob.oid);
    objects.push(blob);
  }
  if (entries.size === 0) return { tree: undefined, objects };
  const tree = makeTree([...entries.values()]);
  if (tree.oid !== oldTree) objects.push(tree);
  return { tree: tree.oid, objects };
}

function clash(owner: string, path: string) {
  return stateError('CK-STATE-001', `${owner}: ${path} stands twice in the directory`, {
    stack: owner,
    path,
  });
}

function lie(owner: string, { path, digest }: File, actual: string) {
  return stateError(
    'CK-STATE-002',
    `${owner}: ${path} hashes to ${actual}, the rendering said ${digest}`,
    {
      stack: owner,
      path,
    },
  );
}
