import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryDirectory } from '../temporary-directory.ts';
import { runGit } from './run-git.ts';

/** A clone that a test edits like a developer does. */
export interface WorkClone extends AsyncDisposable {
  readonly path: string;
  readonly branch: string;
  /** Writes files by path relative to the clone; folders come by themselves. */
  write(files: Record<string, string | Uint8Array>): Promise<void>;
  /** Removes a file or folder. */
  remove(path: string): Promise<void>;
  /** Commits everything as it lies there and returns the commit id; an empty commit is allowed. */
  commit(message: string): Promise<string>;
  /** Pushes the branch; `force` rewinds or replaces what is there. */
  push(options?: { force?: boolean; ref?: string }): Promise<void>;
  /** Takes over the remote branch as it is now, local changes lost. */
  pull(): Promise<string>;
  /** write + commit + push. */
  publish(files: Record<string, string | Uint8Array>, message: string): Promise<string>;
  git(...parameters: string[]): Promise<string>;
  dispose(): Promise<void>;
}

/** Branch to work on (default `main`; made when the remote lacks it) and variables for every git child. */
export interface WorkCloneOptions {
  branch?: string;
  environment?: Record<string, string>;
}

/** Clones a repository (path or URL, an empty one too) into a temporary directory. */
export async function createWorkClone(
  url: string,
  options: WorkCloneOptions = {},
): Promise<WorkClone> {
  const branch = options.branch ?? 'main';
  const parent = await temporaryDirectory('clone');
  const path = join(parent.path, 'work');
  const environment = options.environment ?? {};
  const git = (...parameters: string[]): Promise<string> =>
    runGit(parameters, { cwd: path, environment });
  await runGit(['clone', '--quiet', '--no-checkout', url, path], { environment });
  const remote = await git('ls-remote', 'origin', `refs/heads/${branch}`);
  if (remote === '') await git('symbolic-ref', 'HEAD', `refs/heads/${branch}`);
  else await git('checkout', '--quiet', '-B', branch, `origin/${branch}`);

  const write: WorkClone['write'] = async (files) => {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(path, name)), { recursive: true });
      await writeFile(join(path, name), content);
    }
  };
  const commit: WorkClone['commit'] = async (message) => {
    await git('add', '--all');
    await git('commit', '--quiet', '--allow-empty', '--message', message);
    return git('rev-parse', 'HEAD');
  };
  const push: WorkClone['push'] = async (how = {}) => {
    const ref = how.ref ?? `HEAD:refs/heads/${branch}`;
    await git('push', '--quiet', ...(how.force ? ['--force'] : []), 'origin', ref);
  };
  return {
    path,
    branch,
    write,
    commit,
    push,
    git,
    remove: (name) => rm(join(path, name), { recursive: true }),
    pull: async () => {
      await git('fetch', '--quiet', 'origin', `refs/heads/${branch}`);
      await git('reset', '--quiet', '--hard', 'FETCH_HEAD');
      return git('rev-parse', 'HEAD');
    },
    publish: async (files, message) => {
      await write(files);
      const sha = await commit(message);
      await push();
      return sha;
    },
    dispose: () => parent.remove(),
    [Symbol.asyncDispose]: () => parent.remove(),
  };
}

/** Makes an empty bare repository whose default branch is `main`. */
export async function createBareRepository(path: string, defaultBranch = 'main'): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await runGit(['init', '--quiet', '--bare', `--initial-branch=${defaultBranch}`, path]);
  return path;
}
