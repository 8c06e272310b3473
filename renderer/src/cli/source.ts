import { createFilesystemReader, locateSource } from '../readers/index.ts';
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
 * @param root what paths may not leave; see `locateSource` for the default
 */
export async function openSource(file: string, root: string | undefined): Promise<CliSource> {
  const located = await locateSource(file, root);
  if (located.kind === 'no-file') throw new CliError(`there is no file ${file}`, exitCodes.input);
  if (located.kind === 'not-a-file') throw new CliError(`${file} is no file`, exitCodes.input);
  if (located.kind === 'no-root') throw new CliError(`there is no directory ${root ?? ''}`);
  if (located.kind === 'outside')
    throw new CliError(`${file} lies outside of --root ${root ?? ''}`);
  return { reader: await createFilesystemReader(located.root), file: located.file };
}
