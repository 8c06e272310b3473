import { digest } from './digest.ts';

/** One entry of a git tree. */
export interface TreeEntry {
  name: string;
  kind: 'file' | 'executable' | 'link' | 'directory';
  /** Object id (sha1, hex). */
  id: string;
}

const encoder = new TextEncoder();
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
    encoder.encode(`${modes[entry.kind]} ${entry.name}\0`),
    bytesOf(entry.id),
  ]);
  return objectId('tree', join(parts));
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
  if (!notAscii.test(a) && !notAscii.test(b)) return a < b ? -1 : a > b ? 1 : 0;
  const [left, right] = [encoder.encode(a), encoder.encode(b)];
  const differs = left.findIndex((byte, index) => byte !== right[index]);
  return differs < 0
    ? left.length - right.length
    : (left[differs] ?? 0) - (right[differs] ?? Number.NEGATIVE_INFINITY);
}

function objectId(type: 'blob' | 'tree', bytes: Uint8Array): string {
  return digest('sha1', join([encoder.encode(`${type} ${bytes.length}\0`), bytes]));
}

function bytesOf(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2);
  for (let index = 0; index < bytes.length; index += 1)
    bytes[index] = Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16);
  return bytes;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let end = 0;
  for (const part of parts) {
    joined.set(part, end);
    end += part.length;
  }
  return joined;
}
