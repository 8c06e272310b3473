import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { basename, dirname, join } from 'node:path';
import { currentTarget, toolNames, tools, type ToolName } from '../../tools/index.ts';

/** A loopback mirror of the publishers' layout, with small scripts in place of the programs. */
export interface Mirror extends AsyncDisposable {
  url: string;
  /** Paths asked for, in order. */
  requests: string[];
  /** What lies at a path. */
  contentOf(path: string): Buffer;
  /** Answers a path in another way until the mirror ends. */
  answer(path: string, give: (response: ServerResponse, original: Buffer) => void): void;
}

/** Path of the archive of a tool, or of its checksums, below a mirror. */
export function pathOf(name: ToolName, part: 'archive' | 'checksums' = 'archive'): string {
  return `/${tools[name].release[part](currentTarget())}`;
}

/** A program that knows its version and nothing else. */
export function scriptOf(name: ToolName): string {
  return `#!/bin/sh\necho v${tools[name].version}\n`;
}

/** @param scripts programs in place of those that say the pinned version */
export async function startMirror(
  scratch: string,
  scripts: Partial<Record<ToolName, string>> = {},
): Promise<Mirror> {
  const files = new Map<string, Buffer>();
  for (const name of toolNames) {
    const archive = archiveOf(scratch, name, scripts[name] ?? scriptOf(name));
    const digest = createHash('sha256').update(archive).digest('hex');
    files.set(pathOf(name), archive);
    files.set(
      pathOf(name, 'checksums'),
      Buffer.from(`${'0'.repeat(64)}  other.zip\n${digest}  ${basename(pathOf(name))}\n`),
    );
  }
  const requests: string[] = [];
  const answers = new Map<string, (response: ServerResponse, original: Buffer) => void>();
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    requests.push(path);
    const content = files.get(path);
    const other = answers.get(path);
    if (other !== undefined) return other(response, content ?? Buffer.alloc(0));
    if (content === undefined) response.statusCode = 404;
    return void response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    requests,
    contentOf: (path) => files.get(path) ?? Buffer.alloc(0),
    answer: (path, give) => void answers.set(path, give),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function archiveOf(scratch: string, name: ToolName, script: string): Buffer {
  const member = tools[name].release.member(currentTarget());
  const folder = join(scratch, `archive-${name}`);
  mkdirSync(join(folder, dirname(member)), { recursive: true });
  writeFileSync(join(folder, member), script, { mode: 0o755 });
  const file = join(scratch, `${name}.tar.gz`);
  execFileSync('tar', ['-czf', file, '-C', folder, member]);
  return readFileSync(file);
}
