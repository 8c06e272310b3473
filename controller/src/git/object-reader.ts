import { gitError } from './git-error.ts';
import { superviseChild } from './supervised-child.ts';
import type { ChildEnd } from './supervised-child.ts';
import type { ObjectType } from './object-format.ts';

/** Reads objects of one repository through one `git cat-file --batch`, many requests at a time. */
export interface ObjectReader {
  /**
   * The object, or undefined when the repository has none of that id.
   * Rejects with CK-GIT-004 above `maxBytes` (the bytes are skipped, not kept), CK-GIT-005 when git cannot read it.
   */
  read(oid: string, maxBytes: number): Promise<{ type: ObjectType; bytes: Buffer } | undefined>;
  readonly pid: number | undefined;
  close(): Promise<void>;
}

interface Request {
  oid: string;
  maxBytes: number;
  /** How many children were killed while it waited. */
  kills: number;
  resolve(value: { type: ObjectType; bytes: Buffer } | undefined): void;
  reject(error: Error): void;
}

interface Body {
  type: ObjectType;
  size: number;
  /** Bytes still to come, the newline after the content included. */
  missing: number;
  chunks: Buffer[];
}

/** Creates a reader; no process runs before the first read. */
export function createObjectReader(repository: string, idleMs: number): ObjectReader {
  let waiting: Request[] = [];
  let header = Buffer.alloc(0);
  let body: Body | undefined;
  let closed = false;

  const child = superviseChild({
    repository,
    args: ['cat-file', '--batch'],
    idleMs,
    onData: receive,
    onEnd: ended,
    isBusy: () => waiting.length > 0,
  });

  function receive(chunk: Buffer) {
    let rest = chunk;
    while (rest.length > 0) {
      if (body === undefined) {
        const newline = rest.indexOf(0x0a);
        if (newline < 0) {
          header = Buffer.concat([header, rest]);
          return;
        }
        const line = Buffer.concat([header, rest.subarray(0, newline)]).toString('utf8');
        header = Buffer.alloc(0);
        rest = rest.subarray(newline + 1);
        begin(line);
      } else {
        const taken = rest.subarray(0, body.missing);
        rest = rest.subarray(taken.length);
        body.missing -= taken.length;
        if (body.size <= (waiting[0]?.maxBytes ?? 0)) body.chunks.push(taken);
        if (body.missing === 0) finish(body);
      }
    }
  }

  function begin(line: string) {
    const [, type = '', size = ''] = line.split(' ');
    if (type === 'blob' || type === 'tree' || type === 'commit' || type === 'tag') {
      body = { type, size: Number(size), missing: Number(size) + 1, chunks: [] };
    } else {
      // "<oid> missing" is the only other answer to a full object id.
      waiting.shift()?.resolve(undefined);
    }
  }

  function finish({ type, size, chunks }: Body) {
    body = undefined;
    const request = waiting.shift();
    if (request === undefined) return;
    if (size > request.maxBytes) {
      request.reject(
        gitError(
          'CK-GIT-004',
          repository,
          `${type} ${request.oid} has ${size} bytes, ${request.maxBytes} are allowed`,
          {
            where: { object: request.oid },
          },
        ),
      );
      return;
    }
    const whole =
      chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
    // A copy: a slice would keep the whole stream chunk alive in the cache.
    request.resolve({ type, bytes: Buffer.from(whole.subarray(0, size)) });
  }

  function forget() {
    header = Buffer.alloc(0);
    body = undefined;
  }

  function ended(end: ChildEnd) {
    forget();
    const again = waiting;
    waiting = [];
    if (end.startError !== undefined) {
      const error = gitError(
        'CK-GIT-002',
        repository,
        `git cat-file did not start: ${end.startError.message}`,
        {
          cause: end.startError,
        },
      );
      for (const request of again) request.reject(error);
      return;
    }
    if (end.signal === undefined) {
      // Git gave up on the object it was asked for first; the others are innocent.
      const culprit = again.shift();
      culprit?.reject(
        gitError(
          'CK-GIT-005',
          repository,
          `object ${culprit.oid} cannot be read: ${end.stderr || `git cat-file ended with ${end.exitCode}`}`,
          {
            where: { object: culprit.oid },
          },
        ),
      );
    }
    for (const request of again) {
      if (end.signal !== undefined) request.kills += 1;
      if (request.kills > 2) {
        request.reject(
          gitError('CK-GIT-002', repository, `git cat-file was killed (${end.signal}) three times`),
        );
      } else {
        send(request);
      }
    }
  }

  function send(request: Request) {
    waiting.push(request);
    child.write(`${request.oid}\n`);
  }

  return {
    read(oid, maxBytes) {
      if (closed) return Promise.reject(gitError('CK-GIT-011', repository, 'read after close'));
      return new Promise((resolve, reject) => {
        send({ oid, maxBytes, kills: 0, resolve, reject });
      });
    },
    get pid() {
      return child.pid;
    },
    async close() {
      closed = true;
      const left = waiting;
      waiting = [];
      for (const request of left)
        request.reject(gitError('CK-GIT-011', repository, 'closed while reading'));
      await child.stop();
    },
  };
}
