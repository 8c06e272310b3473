import { hash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import type { GitObject, ObjectType } from './object-format.ts';

const TYPE_NUMBERS: Record<ObjectType, number> = { commit: 1, tree: 2, blob: 3, tag: 4 };

/** The objects as one pack stream (version 2, no deltas), as `git index-pack --stdin` reads it. */
export function encodePack(objects: readonly GitObject[]): Buffer {
  const start = Buffer.alloc(12);
  start.write('PACK', 'latin1');
  start.writeUInt32BE(2, 4);
  start.writeUInt32BE(objects.length, 8);
  const parts: Uint8Array[] = [start];
  for (const { type, bytes } of objects) {
    parts.push(entryHeader(TYPE_NUMBERS[type], bytes.length), deflateSync(bytes, { level: 1 }));
  }
  const pack = Buffer.concat(parts);
  return Buffer.concat([pack, Buffer.from(hash('sha1', pack), 'hex')]);
}

/** Type and size as git packs them: three bits and four bits first, then seven bits a byte. */
function entryHeader(type: number, size: number): Buffer {
  const bytes: number[] = [];
  let current = (type << 4) | (size & 15);
  let rest = Math.floor(size / 16);
  while (rest > 0) {
    bytes.push(current | 0x80);
    current = rest & 0x7f;
    rest = Math.floor(rest / 128);
  }
  bytes.push(current);
  return Buffer.from(bytes);
}
