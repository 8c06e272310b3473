import { createMemoryReader } from '../readers/index.ts';
import type { SourceReader } from '../source-reader.ts';

/** A source as it will be once new files are written: they lie over what is there. */
export function overlayReader(
  base: SourceReader,
  files: ReadonlyMap<string, string>,
): SourceReader {
  const memory = createMemoryReader(Object.fromEntries(files));
  return {
    read: async (path) => (await memory.read(path)) ?? base.read(path),
    list: async (directory) =>
      [...new Set([...(await base.list(directory)), ...(await memory.list(directory))])].toSorted(),
    treeHash: (directory) => base.treeHash(directory),
  };
}
