import { mkdir } from 'node:fs/promises';
import { runGit } from './run-git.ts';

/**
 * Makes a bare repository with the default branch named (no branch exists yet), owner-only.
 * Harmless on an existing one. The user's templates and hooks do not get in.
 */
export async function initBareRepository(path: string, defaultBranch = 'main'): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await runGit(path, [
    'init',
    '--quiet',
    '--bare',
    '--template=',
    `--initial-branch=${defaultBranch}`,
  ]);
}
