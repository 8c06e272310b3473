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
  return new GitObject('blob').bytes(bytes).id();
}

/** The git tree id (sha1, hex) of a directory of plain files and directories. */
export function treeId(entries: readonly TreeEntry[]): string {
  const sorted = entries
    .map((entry) => ({ entry, key: entry.kind === 'directory' ? `${entry.name}/` : entry.name }))
    .toSorted((a, b) => compareBytes(a.key, b.key));
  const object = new GitObject('tree');
  for (const { entry } of sorted) object.text(`${modes[entry.kind]} ${entry.name}\0`).hex(entry.id);
  return object.id();
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

/** Room before the content for its header: its type and a length of up to twelve digits. */
const headerRoom = 20;
/** Shared by all objects: each is hashed before the next one begins. */
let buffer = new Uint8Array(64 * 1024);

/** The bytes of one git object, put together in one place. */
class GitObject {
  readonly #type: 'blob' | 'tree';
  #end = headerRoom;

  constructor(type: 'blob' | 'tree') {
    this.#type = type;
  }

  bytes(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    buffer.set(bytes, this.#end);
    this.#end += bytes.length;
    return this;
  }

  text(text: string): this {
    this.#reserve(text.length);
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) return this.bytes(encoder.encode(text));
      buffer[this.#end + index] = code;
    }
    this.#end += text.length;
    return this;
  }

  hex(digits: string): this {
    this.#reserve(digits.length / 2);
    for (let index = 0; index < digits.length; index += 2)
      buffer[this.#end++] = (hexValue(digits, index) << 4) | hexValue(digits, index + 1);
    return this;
  }

  id(): string {
    const header = `${this.#type} ${this.#end - headerRoom}\0`;
    const start = headerRoom - header.length;
    for (let index = 0; index < header.length; index += 1)
      buffer[start + index] = header.charCodeAt(index);
    return digest('sha1', buffer.subarray(start, this.#end));
  }

  #reserve(length: number): void {
    if (this.#end + length <= buffer.length) return;
    const larger = new Uint8Array((this.#end + length) * 2);
    larger.set(buffer.subarray(0, this.#end));
    buffer = larger;
  }
}

function hexValue(digits: string, index: number): number {
  const code = digits.charCodeAt(index);
  return code <= 0x39 ? code - 0x30 : code - 0x57;
}
