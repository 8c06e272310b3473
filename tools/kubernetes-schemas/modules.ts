import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where the sources of a Go module lie, downloaded through the module proxy when they are new. */
export async function goModule(path: string, version: string): Promise<string> {
  const { stdout } = await run('go', ['mod', 'download', '-json', `${path}@${version}`], {
    cwd: tmpdir(),
  });
  const answer: unknown = JSON.parse(stdout);
  if (typeof answer !== 'object' || answer === null || !('Dir' in answer))
    throw new Error(`go mod download ${path}@${version}: ${stdout}`);
  return String(answer.Dir);
}
