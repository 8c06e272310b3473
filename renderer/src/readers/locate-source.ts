import { realpath, stat } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';

/** Where a file of a source lies: the directory that paths may not leave, and its path below it. */
export type SourceLocation =
  | { kind: 'found'; root: string; file: string }
  | { kind: 'no-file' }
  | { kind: 'not-a-file' }
  | { kind: 'no-root' }
  | { kind: 'outside' };

/**
 * Finds the root of a source from one of its files.
 *
 * @param root what paths may not leave; by default the current directory when the file lies in it,
 * else the directory of the file
 */
export async function locateSource(
  file: string,
  root: string | undefined,
): Promise<SourceLocation> {
  const path = await realpath(file).catch(() => undefined);
  if (path === undefined) return { kind: 'no-file' };
  if (!(await stat(path)).isFile()) return { kind: 'not-a-file' };
  const base = root === undefined ? await nearestRoot(path) : await realDirectory(root);
  if (base === undefined) return { kind: 'no-root' };
  if (!isBelow(path, base)) return { kind: 'outside' };
  return { kind: 'found', root: base, file: relative(base, path).split(sep).join('/') };
}

async function nearestRoot(path: string): Promise<string> {
  const current = await realpath('.');
  return isBelow(path, current) ? current : dirname(path);
}

const realDirectory = (root: string): Promise<string | undefined> =>
  realpath(resolve(root)).catch(() => undefined);

const isBelow = (path: string, directory: string): boolean =>
  path.startsWith(directory.endsWith(sep) ? directory : directory + sep);
