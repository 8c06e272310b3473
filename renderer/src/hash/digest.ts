import { pureDigest } from './pure-digest.ts';

type NodeHash = (algorithm: string, data: Uint8Array) => string;

const encoder = new TextEncoder();

/**
 * Node's own hash where there is a Node. Asked for, not imported: the same source runs in a browser,
 * which has only an asynchronous one and takes the slower JavaScript.
 */
const nodeHash: NodeHash | undefined = findNodeHash();

function findNodeHash(): NodeHash | undefined {
  const runtime: Partial<Pick<NodeJS.Process, 'getBuiltinModule'>> | undefined =
    typeof process === 'undefined' ? undefined : process;
  const crypto = runtime?.getBuiltinModule?.('node:crypto');
  return crypto?.hash;
}

/** Hash (hex) of some bytes, or of a text in UTF-8. */
export function digest(algorithm: 'sha1' | 'sha256', data: Uint8Array | string): string {
  const bytes = typeof data === 'string' ? encoder.encode(data) : data;
  return nodeHash === undefined ? pureDigest(algorithm, bytes) : nodeHash(algorithm, bytes);
}
