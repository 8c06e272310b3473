import { chmod, copyFile, mkdir, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { initBareRepository, runGit } from '../git/index.ts';

/** Where a local repository's pushes are announced. */
export interface LocalHook {
  /** Address of the webhook endpoint. */
  url: string;
  /** The repository's webhook secret. */
  secret: string;
  /** Absolute path of the Node program that runs the hook; this process's own by default. */
  nodePath?: string;
}

/** A bare repository on this machine and how it announces itself. */
export interface LocalRepositoryOptions {
  /** `owner/name` for the webhook's payload. */
  fullName: string;
  /** Without it pushes are found by the sweep only. */
  hook?: LocalHook;
  /** Default `main`. */
  defaultBranch?: string;
}

const HOOK_SOURCE = fileURLToPath(new URL('./hook/post-receive.mjs', import.meta.url));
const SETTINGS = 'codex-k8s-hook.json';

/**
 * Makes a bare repository that announces its pushes as GitHub would; an existing one keeps its
 * content and gets the hook renewed. Returns the absolute path.
 */
export async function createLocalRepository(
  path: string,
  options: LocalRepositoryOptions,
): Promise<string> {
  const repository = resolve(path);
  await initBareRepository(repository, options.defaultBranch);
  const hooks = join(repository, 'hooks');
  await mkdir(hooks, { recursive: true });
  // A user's global core.hooksPath would silence the hook; relative, so that the repository may be moved.
  await runGit(repository, ['config', 'core.hooksPath', 'hooks']);
  if (options.hook !== undefined) {
    await copyFile(HOOK_SOURCE, join(hooks, 'post-receive.mjs'));
    await replaceFile(
      join(hooks, 'post-receive'),
      launcher(options.hook.nodePath ?? process.execPath),
      0o755,
    );
    await writeHookSettings(repository, { ...options, hook: options.hook });
  }
  return repository;
}

/** Points the hook of an existing local repository elsewhere: a restarted platform listens on another port. */
export async function writeHookSettings(
  path: string,
  { fullName, hook, defaultBranch = 'main' }: LocalRepositoryOptions & { hook: LocalHook },
): Promise<void> {
  await replaceFile(join(path, 'hooks', 'webhook-secret'), `${hook.secret}\n`, 0o600);
  await replaceFile(
    join(path, SETTINGS),
    `${JSON.stringify({ url: hook.url, fullName, defaultBranch }, undefined, 2)}\n`,
    0o600,
  );
}

/** A push running meanwhile reads the old file or the new one, never half of one. */
async function replaceFile(path: string, content: string, mode: number): Promise<void> {
  const temporary = `${path}.new`;
  await writeFile(temporary, content, { mode });
  await chmod(temporary, mode);
  await rename(temporary, path);
}

/** Git runs the file named post-receive; the program itself is plain JavaScript beside it. */
function launcher(nodePath: string): string {
  const quoted = `'${nodePath.replaceAll("'", String.raw`'\''`)}'`;
  return `#!/bin/sh
node=${quoted}
if [ -x "$node" ]; then exec "$node" "$(dirname "$0")/post-receive.mjs"; fi
echo "codex-k8s: $node is gone, this push was not announced; the sweep will pick it up"
exit 0
`;
}
