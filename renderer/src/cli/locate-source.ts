import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { CliError } from './exit-code.ts';

/** Where a services.yaml is or was: the root of its source on disk, and its path below it. */
export interface SourceLocation {
  directory: string;
  file: string;
  /** Path from the root of the repository to that of the source, with a slash behind it, or `''`. */
  prefix: string;
}

/** As `openSource` has it, of a file that need not exist: another commit may hold it. */
export async function locateSource(
  file: string,
  root: string | undefined,
): Promise<SourceLocation> {
  const current = await realpath('.');
  const path = await realpath(file).catch(() => resolve(current, file));
  const isBelow = (directory: string) => path.startsWith(withSeparator(directory));
  const real = root === undefined ? undefined : await realpath(root).catch(() => undefined);
  if (root !== undefined && real === undefined) throw new CliError(`there is no directory ${root}`);
  const directory = real ?? (isBelow(current) ? current : dirname(path));
  if (!isBelow(directory)) throw new CliError(`${file} lies outside of --root ${root ?? ''}`);
  return {
    directory,
    file: slashes(relative(directory, path)),
    prefix: prefixOf(directory),
  };
}

function prefixOf(directory: string): string {
  for (let top = directory; dirname(top) !== top; top = dirname(top)) {
    if (!existsSync(join(top, '.git'))) continue;
    const path = slashes(relative(top, directory));
    return path === '' ? '' : `${path}/`;
  }
  return '';
}

function withSeparator(directory: string): string {
  return directory.endsWith(sep) ? directory : directory + sep;
}

function slashes(path: string): string {
  return path.split(sep).join('/');
}
