import { hash } from 'node:crypto';

/** The kinds of objects in a git database. */
export type ObjectType = 'blob' | 'tree' | 'commit' | 'tag';

/** An object that can be written: its id is the hash of type and bytes. */
export interface GitObject {
  oid: string;
  type: ObjectType;
  bytes: Uint8Array;
}

/** One line of a tree. */
export interface TreeEntry {
  name: string;
  /** As git writes it: `100644`, `100755`, `120000`, `40000` (directory), `160000` (submodule). */
  mode: string;
  type: 'blob' | 'tree' | 'commit';
  oid: string;
  /** The name's bytes when they are not UTF-8, so that the tree can be written back unchanged. */
  rawName?: Uint8Array;
}

/** What a commit says. */
export interface GitCommit {
  oid: string;
  tree: string;
  parents: string[];
  subject: string;
  message: string;
  /** `Key: value` lines of the last paragraph, in order. */
  trailers: [string, string][];
  committedAt: Date;
}

/** A person or program named in a commit. */
export interface GitIdentity {
  name: string;
  email: string;
}

/** Mode of a plain file. */
export const FILE_MODE = '100644';
/** Mode of a directory. */
export const DIRECTORY_MODE = '40000';
/** The id that stands for "no object" in ref updates and push payloads. */
export const ZERO_OID = '0'.repeat(40);
/** The id of the tree without entries. */
export const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

const decoder = new TextDecoder('utf-8');

/** Whether the text is a full object id. */
export function isOid(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}

/** An object with its id computed. */
export function makeObject(type: ObjectType, bytes: Uint8Array): GitObject {
  return { oid: hash('sha1', framed(type, bytes)), type, bytes };
}

/** The bytes that git hashes and stores: a header with type and length, then the content. */
export function framed(type: ObjectType, bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${type} ${bytes.length}\0`, 'latin1'), bytes]);
}

/** A tree object of the entries; they may come in any order. */
export function makeTree(entries: readonly TreeEntry[]): GitObject {
  const lines = entries.map((entry) => ({ entry, key: sortKey(entry), start: `${entry.mode} ` }));
  lines.sort((a, b) => (a.key < b.key ? -1 : 1));
  let size = 0;
  // In the sort key each byte of the name is one character.
  for (const { entry, key, start } of lines)
    size += start.length + key.length - (entry.type === 'tree' ? 1 : 0) + 21;
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  for (const { entry, key, start } of lines) {
    at += bytes.write(start, at, 'latin1');
    at += bytes.write(entry.type === 'tree' ? key.slice(0, -1) : key, at, 'latin1');
    bytes[at] = 0;
    at += 1 + bytes.write(entry.oid, at + 1, 'hex');
  }
  return makeObject('tree', bytes);
}

/** The name byte by byte; git orders a directory as if its name ended with a slash. */
function sortKey({ name, rawName, type }: TreeEntry): string {
  const plain = rawName === undefined && /^[ -~]*$/.test(name);
  const key = plain ? name : Buffer.from(rawName ?? Buffer.from(name, 'utf8')).toString('latin1');
  return type === 'tree' ? `${key}/` : key;
}

/** The entries of a tree object; undefined when the bytes are not a tree. */
export function parseTree(bytes: Buffer): TreeEntry[] | undefined {
  const entries: TreeEntry[] = [];
  let at = 0;
  while (at < bytes.length) {
    const space = bytes.indexOf(0x20, at);
    const nul = space < 0 ? -1 : bytes.indexOf(0, space);
    if (nul < 0 || nul + 21 > bytes.length) return undefined;
    const mode = bytes.toString('latin1', at, space);
    const nameBytes = bytes.subarray(space + 1, nul);
    const name = decoder.decode(nameBytes);
    const entry: TreeEntry = {
      name,
      mode,
      type: mode === DIRECTORY_MODE ? 'tree' : mode === '160000' ? 'commit' : 'blob',
      oid: bytes.toString('hex', nul + 1, nul + 21),
    };
    if (name.includes('\uFFFD')) entry.rawName = Uint8Array.from(nameBytes);
    entries.push(entry);
    at = nul + 21;
  }
  return entries;
}

/** A commit object; `at` is rounded down to seconds and written in UTC. */
export function makeCommit(commit: {
  tree: string;
  parents: readonly string[];
  author: GitIdentity;
  at: Date;
  message: string;
}): GitObject {
  const who = `${safeIdentity(commit.author)} ${Math.floor(commit.at.getTime() / 1000)} +0000`;
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${who}`,
    `committer ${who}`,
    '',
    commit.message.endsWith('\n') ? commit.message : `${commit.message}\n`,
  ];
  return makeObject('commit', Buffer.from(lines.join('\n'), 'utf8'));
}

function safeIdentity({ name, email }: GitIdentity): string {
  return `${printable(name) || 'codex-k8s'} <${printable(email)}>`;
}

function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}<>]/gu, '').trim();
}

/** What the commit object says; undefined when the bytes are not a commit. */
export function parseCommit(oid: string, bytes: Buffer): GitCommit | undefined {
  const text = bytes.toString('utf8');
  const blank = text.indexOf('\n\n');
  const header = blank < 0 ? text : text.slice(0, blank);
  const message = blank < 0 ? '' : text.slice(blank + 2);
  const tree = /^tree ([0-9a-f]{40})$/m.exec(header)?.[1];
  const seconds = /^committer .*> (\d+) [-+]\d{4}$/m.exec(header)?.[1];
  if (tree === undefined || seconds === undefined) return undefined;
  return {
    oid,
    tree,
    parents: [...header.matchAll(/^parent ([0-9a-f]{40})$/gm)].map((match) => match[1] ?? ''),
    subject: message.split('\n', 1)[0] ?? '',
    message,
    trailers: parseTrailers(message),
    committedAt: new Date(Number(seconds) * 1000),
  };
}

/** The trailers of a commit message: the last paragraph when every line of it is `Key: value`. */
export function parseTrailers(message: string): [string, string][] {
  const paragraphs = message.trimEnd().split(/\n\s*\n/);
  if (paragraphs.length < 2) return [];
  const trailers: [string, string][] = [];
  for (const line of paragraphs.at(-1)?.split('\n') ?? []) {
    const match = /^([A-Za-z][A-Za-z0-9-]*): (.*)$/.exec(line);
    if (match === null) return [];
    trailers.push([match[1] ?? '', match[2] ?? '']);
  }
  return trailers;
}
