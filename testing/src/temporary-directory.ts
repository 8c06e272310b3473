import { rmSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory of a test's own. */
export interface TemporaryDirectory extends AsyncDisposable {
  readonly path: string;
  remove(): Promise<void>;
}

const left = new Set<string>();
let watching = false;

/** Makes a 0700 directory; it goes with `remove()`, `await using`, or at the latest with the process. */
export async function temporaryDirectory(prefix = 'codex-k8s'): Promise<TemporaryDirectory> {
  const path = await realpath(await mkdtemp(join(tmpdir(), `${prefix}-`)));
  left.add(path);
  if (!watching) {
    watching = true;
    process.once('exit', () =>
      left.forEach((each) => rmSync(each, { recursive: true, force: true })),
    );
  }
  const remove = async (): Promise<void> => {
    await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    left.delete(path);
  };
  return { path, remove, [Symbol.asyncDispose]: remove };
}
