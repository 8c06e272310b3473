import { blobId, directoryId } from '../hash/index.ts';
import type { SourceFile, SourceReader } from '../source-reader.ts';

const encoder = new TextEncoder();

/** A source held in memory: texts by path. For tests, editors and the browser. */
export function createMemoryReader(texts: Readonly<Record<string, string>>): SourceReader {
  const files = new Map(
    Object.entries(texts).map(([path, text]): [string, SourceFile] => {
      const bytes = encoder.encode(text);
      return [path, { bytes, digest: blobId(bytes) }];
    }),
  );
  const below = (directory: string) =>
    [...files.keys()]
      .filter((path) => directory === '' || path.startsWith(`${directory}/`))
      .toSorted();
  return {
    read: (path) => Promise.resolve(files.get(path)),
    digest: (path) => Promise.resolve(files.get(path)?.digest),
    list: (directory) => Promise.resolve(below(directory)),
    treeHash(directory) {
      const paths = below(directory);
      const inner = paths.map((path): [string, string] => [
        directory === '' ? path : path.slice(directory.length + 1),
        files.get(path)?.digest ?? '',
      ]);
      return Promise.resolve(paths.length === 0 ? undefined : directoryId(inner));
    },
  };
}
