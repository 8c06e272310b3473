import { DIRECTORY_MODE, FILE_MODE, makeObject, makeTree } from '../git/index.ts';
import { assertStack, fileParts } from './layout.ts';
import { stateError } from './state-error.ts';
import type { GitObject, TreeEntry } from '../git/index.ts';
import type { StackDirectory } from './state-repository.ts';

type File = StackDirectory['files'][number];

/** A directory as git trees, computed from the bottom up. */
export interface BuiltTree {
  object: GitObject;
  directories: Map<string, BuiltTree>;
  files: Map<string, File>;
}

/**
 * The git trees of a stack's directory. CK-STATE-002 unless the whole hashes to the content hash,
 * CK-STATE-001 for a path that cannot be a file of it.
 */
export function buildDirectory({ stack, contentHash, files }: StackDirectory): BuiltTree {
  const built = buildTree(assertStack(stack), files);
  if (built.object.oid === contentHash) return built;
  throw stateError(
    'CK-STATE-002',
    `${stack}: the files hash to ${built.object.oid}, the rendering said ${contentHash}`,
    { stack, contentHash },
  );
}

/** The git trees of any set of files; `owner` names them in errors. */
export function buildTree(owner: string, files: readonly File[]): BuiltTree {
  const root: Folder = { folders: new Map(), files: new Map() };
  for (const file of files) place(owner, root, file);
  return close(root);
}

/**
 * The objects of the built trees that `oldTree` (the directory as it stood) does not have. Only
 * directories that differ are read and only their new files are hashed and stored.
 */
export async function newObjects(
  stack: string,
  built: BuiltTree,
  oldTree: string | undefined,
  readTree: (oid: string) => Promise<TreeEntry[]>,
): Promise<GitObject[]> {
  if (built.object.oid === oldTree) return [];
  const old = oldTree === undefined ? [] : await readTree(oldTree);
  const known = new Set(old.map(({ oid }) => oid));
  const objects = [built.object];
  for (const [path, { bytes, digest }] of built.files) {
    if (known.has(digest)) continue;
    const blob = makeObject('blob', bytes);
    if (blob.oid !== digest) {
      throw stateError(
        'CK-STATE-002',
        `${stack}: ${path} hashes to ${blob.oid}, the rendering said ${digest}`,
        { stack },
      );
    }
    objects.push(blob);
  }
  for (const [name, directory] of built.directories) {
    if (known.has(directory.object.oid)) continue;
    const former = old.find((entry) => entry.name === name && entry.type === 'tree');
    objects.push(...(await newObjects(stack, directory, former?.oid, readTree)));
  }
  return objects;
}

interface Folder {
  folders: Map<string, Folder>;
  files: Map<string, File>;
}

function place(owner: string, root: Folder, file: File) {
  const parts = fileParts(owner, file.path);
  const name = parts.pop() ?? '';
  let folder = root;
  let clash = false;
  for (const part of parts) {
    clash ||= folder.files.has(part);
    const next: Folder = folder.folders.get(part) ?? { folders: new Map(), files: new Map() };
    folder.folders.set(part, next);
    folder = next;
  }
  if (clash || folder.files.has(name) || folder.folders.has(name)) {
    throw stateError('CK-STATE-001', `${owner}: ${file.path} stands twice in the directory`, {
      stack: owner,
    });
  }
  folder.files.set(name, file);
}

function close({ folders, files }: Folder): BuiltTree {
  const directories = new Map([...folders].map(([name, folder]) => [name, close(folder)] as const));
  const entries: TreeEntry[] = [
    ...[...directories].map(([name, { object }]) => ({
      name,
      mode: DIRECTORY_MODE,
      type: 'tree' as const,
      oid: object.oid,
    })),
    ...[...files].map(([name, { digest }]) => ({
      name,
      mode: FILE_MODE,
      type: 'blob' as const,
      oid: digest,
    })),
  ];
  return { object: makeTree(entries), directories, files };
}
