import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CliError, exitCodes } from './exit-code.ts';

/**
 * Writes files below a directory: all of them, or none when one exists already.
 *
 * @param force overwrite what exists
 */
export async function writeNewFiles(
  directory: string,
  files: ReadonlyMap<string, string>,
  force: boolean,
): Promise<void> {
  const existing: string[] = [];
  for (const path of files.keys()) {
    if ((await stat(join(directory, path)).catch(() => undefined)) !== undefined)
      existing.push(path);
  }
  if (existing.length > 0 && !force)
    throw new CliError(
      `${existing.join(', ')} in ${directory} would be overwritten: say --force, or choose another --out`,
      exitCodes.input,
    );
  for (const [path, text] of files) {
    const target = join(directory, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text);
  }
}
