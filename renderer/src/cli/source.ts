import { realpath, stat } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { createFilesystemReader } from '../readers/index.ts';
import type { SourceReader } from '../source-reader.ts';
import { CliError, exitCodes } from './exit-code.ts';

/** A services.yaml on disk: a reader confined to its root, and its path below it. */
export interface CliSource {
  reader: SourceReader;
  file: string;
}

/**
 * Opens the source of a command.
 *
 * @param root what paths may not leave; by default the current directory when the file lies in it,
 * else the directory of the file
 */
export async function openSource(file: string, root: string | undefined): Promise<CliSource> {
  const path = await realpath(file).catch(() => undefined);
  if (path === undefined) throw new CliError(`there is no file ${file}`, exitCodes.input);
  if (!(await stat(path)).isFile()) throw new CliError(`${file} is no file`, exitCodes.input);
  const current = await realpath('.');
  const base =
    root === undefined ? (isBelow(path, current) ? current : dirname(path)) : await realRoot(root);
  if (!isBelow(path, base)) throw new CliError(`${file} lies outside of --root ${root ?? ''}`);
  return {
    reader: await createFilesystemReader(base),
    file: relative(base, path).split(sep).join('/'),
  };
}

async function realRoot(root: string): Promise<string> {
  const real = await realpath(resolve(root)).catch(() => undefined);
  if (real === undefined) throw new CliError(`there is no directory ${root}`);
  return real;
}

function isBelow(path: string, directory: string): boolean {
  return path.startsWith(directory.endsWith(sep) ? directory : directory + sep);
}
