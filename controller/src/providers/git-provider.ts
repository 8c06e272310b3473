import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createGitRemote, initBareRepository, isGitError } from '../git/index.ts';
import { createOpenedRepositories } from './opened-repositories.ts';
import { sourceError } from './source-error.ts';
import { createSourceReader } from './source-reader.ts';
import type { GitRemote, GitRepository } from '../git/index.ts';
import type { RepositoryProvider, RepositoryRef } from './repository-provider.ts';

/**
 * Reads any repository git can reach (file, smart HTTP, SSH). Heads are asked of the remote each
 * time; commits are fetched into a bare mirror below `directory` once and then read from there.
 */
export function createGitProvider(options: {
  directory: string;
  timeoutMs?: number;
}): RepositoryProvider {
  const opened = createOpenedRepositories();
  const fetching = new Map<string, Promise<void>>();

  function remoteOf({ url, token }: RepositoryRef): GitRemote {
    return createGitRemote({
      url,
      ...(token === undefined ? {} : { token }),
      ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    });
  }

  async function openMirror({ id }: RepositoryRef): Promise<GitRepository> {
    const path = join(options.directory, `${id.replaceAll(/[^A-Za-z0-9_-]/g, '_')}.git`);
    if ((await stat(join(path, 'HEAD')).catch(() => undefined)) === undefined) {
      await rm(path, { recursive: true, force: true });
      await initBareRepository(path);
    }
    return opened.open(path);
  }

  /** Two runs that want the same commit share one fetch. */
  function fetchOnce(repository: RepositoryRef, mirror: GitRepository, sha: string): Promise<void> {
    const key = `${mirror.path} ${sha}`;
    const running =
      fetching.get(key) ??
      fetchCommit(remoteOf(repository), mirror, sha).finally(() => fetching.delete(key));
    fetching.set(key, running);
    return running;
  }

  return {
    async readHead(repository, ref) {
      return (await remoteOf(repository).listRefs([ref, `${ref}^{}`])).get(ref);
    },
    async listHeads(repository) {
      return remoteOf(repository).listRefs(['refs/heads/*']);
    },
    async openSource(repository, sha) {
      const mirror = await openMirror(repository);
      if (!(await mirror.hasObject(sha))) await fetchOnce(repository, mirror, sha);
      if (!(await mirror.hasObject(sha))) {
        throw sourceError('CK-SRC-001', repository.fullName, `commit ${sha} does not exist`, {
          commit: sha,
        });
      }
      return createSourceReader(mirror, sha);
    },
    async maintain(repository) {
      await (await openMirror(repository)).maintain();
    },
    async close() {
      await Promise.allSettled(fetching.values());
      await opened.close();
    },
  };
}

/**
 * By id first: it works for a commit no branch names any more, as far as the server allows it.
 * Otherwise all branches and tags, one of which usually holds it. One of 256 refs remembers the
 * fetched commit: the next fetch then transfers only what is new.
 */
async function fetchCommit(remote: GitRemote, mirror: GitRepository, sha: string): Promise<void> {
  try {
    await retryLocked(() =>
      remote.fetch(mirror.path, [`+${sha}:refs/codex-k8s/recent/${sha.slice(0, 2)}`]),
    );
  } catch (error) {
    if (!isGitError(error, 'CK-GIT-008')) throw error;
    // "not our ref" and "unreachable" look alike; the second attempt tells them apart.
    await retryLocked(() =>
      remote.fetch(mirror.path, ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'], {
        prune: true,
      }),
    );
  }
}

const LOCK_ATTEMPTS = 5;

async function retryLocked(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === LOCK_ATTEMPTS || !isGitError(error, 'CK-GIT-010')) throw error;
      await new Promise((wake) => setTimeout(wake, 50 * attempt * (0.5 + Math.random())));
    }
  }
}
