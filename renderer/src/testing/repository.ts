import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { git } from './git.ts';

/** A real repository in a directory of its own. */
export interface TestRepository extends AsyncDisposable {
  readonly path: string;
  git(...args: string[]): Promise<string>;
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** Writes files, commits everything and returns the id of the commit. */
  commit(files: Readonly<Record<string, string>>, message?: string): Promise<string>;
}

/** Makes an empty repository whose branch is `main`. */
export async function createTestRepository(): Promise<TestRepository> {
  const path = await mkdtemp(join(tmpdir(), 'ck-repository-'));
  await git(path, ['init', '--quiet', '-b', 'main']);
  await git(path, ['config', 'user.name', 'Test Author']);
  await git(path, ['config', 'user.email', 'author@example.test']);
  const write = async (files: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(path, name)), { recursive: true });
      await writeFile(join(path, name), text);
    }
  };
  return {
    path,
    git: (...args) => git(path, args),
    write,
    async commit(files, message = 'Change something') {
      await write(files);
      await git(path, ['add', '--all', '--force', '.']);
      await git(path, ['commit', '--quiet', '--allow-empty', '-m', message]);
      return git(path, ['rev-parse', 'HEAD']);
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}
