import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { releaseOf } from '../releases.ts';
import { currentTarget, essentialBinaries, otherBinaries, type BinaryName } from '../versions.ts';

/** A loopback mirror of the publishers' layout, with small scripts in place of the programs. */
export interface Mirror extends AsyncDisposable {
  url: string;
  /** Paths asked for, in order. */
  requests: string[];
  /** Answers a path in another way until the mirror ends. */
  answer(path: string, with_: (response: ServerResponse, original: Buffer) => void): void;
}

export const pathOfRelease = (name: BinaryName, part: 'url' | 'checksumUrl' = 'url'): string =>
  releaseOf(name, currentTarget(), '')?.[part] ?? '';

export const scriptOf = (name: string): string => `#!/bin/sh\necho the real ${name}\n`;

export async function startMirror(scratch: string): Promise<Mirror> {
  const files = new Map<string, Buffer>();
  for (const name of [...essentialBinaries, ...otherBinaries]) {
    const release = releaseOf(name, currentTarget(), '');
    if (!release) throw new Error(`no release of ${name} here`);
    const content = release.member === undefined ? Buffer.from(scriptOf(name)) : archive(scratch, release.member, scriptOf(name));
    const digest = createHash('sha256').update(content).digest('hex');
    files.set(release.url, content);
    const listed = release.checksumUrl.endsWith('SHA256SUMS');
    files.set(
      release.checksumUrl,
      Buffer.from(listed ? `${'0'.repeat(64)}  other.zip\n${digest}  ${release.url.split('/').pop()}\n` : digest),
    );
  }
  const requests: string[] = [];
  const answers = new Map<string, (response: ServerResponse, original: Buffer) => void>();
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    requests.push(path);
    const content = files.get(path);
    const other = answers.get(path);
    if (content && other) return other(response, content);
    if (!content) response.statusCode = 404;
    return void response.end(content);
  });
  const port = await new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    }),
  );
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    answer: (path, with_) => void answers.set(path, with_),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function archive(scratch: string, member: string, content: string): Buffer {
  const [folder = '', name = ''] = member.split('/');
  mkdirSync(join(scratch, folder), { recursive: true });
  writeFileSync(join(scratch, folder, name), content, { mode: 0o755 });
  execFileSync('tar', ['-czf', join(scratch, 'archive.tar.gz'), '-C', scratch, folder]);
  return readFileSync(join(scratch, 'archive.tar.gz'));
}
