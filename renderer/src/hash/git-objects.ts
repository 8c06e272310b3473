import { hash } from 'node:crypto';

/** One entry of a git tree. */
export interface TreeEntry {
  name: string;
  kind: 'file' | 'executable' | 'link' | 'directory';
  /** Object id (sha1, hex). */
  id: string;
}

const notAscii = /[^\u0020-\u007e]/;
const modes = { file: '100644', executable: '100755', link: '120000', directory: '40000' } as const;

/** The git blob id (sha1, hex) of some bytes. */
export function blobId(bytes: Uint8Array): string {
  return objectId('blob', bytes);
}

/** The git tree id (sha1, hex) of a directory of plain files and directories. */
export function treeId(entries: readonly TreeEntry[]): string {
  const sorted = entries
    .map((entry) => ({ entry, key: entry.kind === 'directory' ? `${entry.name}/` : entry.name }))
    .toSorted((a, b) => compareBytes(a.key, b.key));
  const parts = sorted.flatMap(({ entry }) => [
    Buffer.from(`${modes[entry.kind]} ${entry.name}\0`),
    Buffer.from(entry.id, 'hex'),
  ]);
  return objectId('tree', Buffer.concat(parts));
}

/** The git tree id (sha1, hex) of files given by path and blob id. */
export function directoryId(files: Iterable<readonly [path: string, id: string]>): string {
  const entries: TreeEntry[] = [];
  const below = new Map<string, [string, string][]>();
  for (const [path, id] of files) {
    const slash = path.indexOf('/');
    if (slash < 0) {
      entries.push({ name: path, kind: 'file', id });
      continue;
    }
    const name = path.slice(0, slash);
    const inner = below.get(name) ?? [];
    inner.push([path.slice(slash + 1), id]);
    below.set(name, inner);
  }
  for (const [name, inner] of below)
    entries.push({ name, kind: 'directory', id: directoryId(inner) });
  return treeId(entries);
}

/** Git orders names by their bytes, which is by their letters as long as these are ASCII. */
function compareBytes(a: string, b: string): number {
  if (notAscii.test(a) || notAscii.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

function objectId(type: 'blob' | 'tree', bytes: Uint8Array): string {
  return hash('sha1', Buffer.concat([Buffer.from(`${type} ${bytes.length}\0`), bytes]));
}
