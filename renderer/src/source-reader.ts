/** One file of the source. */
export interface SourceFile {
  bytes: Uint8Array;
  /** Git blob id (sha1, hex) of the bytes. */
  digest: string;
}

/**
 * What the renderer reads from: a source tree pinned at one state. Paths are relative to its root
 * with `/` separators and never lead outside; symbolic links are not followed and count as absent,
 * so that every reader of one tree says the same.
 */
export interface SourceReader {
  /** A file with its digest; undefined when there is none. */
  read(path: string): Promise<SourceFile | undefined>;
  /**
   * Digest of a file without its bytes; undefined when there is none. Optional: with it, a file
   * whose content the renderer already knows is never read.
   */
  digest?(path: string): Promise<string | undefined>;
  /** Paths of all files below a directory (`''` is the root), recursive and sorted. */
  list(directory: string): Promise<string[]>;
  /** Git tree id (sha1, hex) of a directory; undefined when there is none. */
  treeHash(directory: string): Promise<string | undefined>;
}
