import { join } from 'node:path';
import type { Checkpoint } from '../checkpoints/index.ts';
import { CodexError } from '../errors/index.ts';
import { createGitProvider, createLocalProvider } from '../providers/index.ts';
import type { RepositoryProvider, RepositoryRef } from '../providers/index.ts';
import { openStateRepository } from '../state-repo/index.ts';
import type { StateRepository } from '../state-repo/index.ts';

/** Every repository a process has open: one provider per kind, one state repository per project. */
export interface OpenRepositories {
  providerOf(kind: RepositoryRef['provider']): RepositoryProvider;
  stateRepository(repository: RepositoryRef): Promise<StateRepository>;
  close(): Promise<void>;
}

/** Who signs state commits. */
export const stateAuthor = { name: 'codex-k8s', email: 'platform@codex-k8s.dev' };

/** Opens repositories when they are first asked for and keeps them open: their git children live long. */
export function createOpenRepositories(options: {
  dataDirectory: string;
  checkpoint: Checkpoint;
}): OpenRepositories {
  const mirrors = join(options.dataDirectory, 'mirrors');
  const local = createLocalProvider();
  const git = createGitProvider({ directory: join(mirrors, 'source') });
  const states = new Map<string, Promise<StateRepository>>();
  return {
    providerOf(kind) {
      if (kind === 'local') return local;
      if (kind === 'git') return git;
      throw new CodexError({
        code: 'CK-ENGINE-001',
        message: `repositories of provider ${kind} cannot be read by this version`,
        hint: 'register the repository as `git` with its URL and a token',
      });
    },
    stateRepository(repository) {
      const key = `${repository.id} ${repository.url}`;
      const open = states.get(key);
      if (open) return open;
      const opened = openStateRepository({
        ...(repository.provider === 'local' ? { path: repository.url } : { url: repository.url }),
        mirrorDirectory: join(mirrors, 'state', repository.id),
        author: stateAuthor,
        checkpoint: options.checkpoint,
        ...(repository.token === undefined ? {} : { token: repository.token }),
      });
      states.set(key, opened);
      // A repository that could not be opened is tried anew next time.
      opened.catch(() => states.delete(key));
      return opened;
    },
    async close() {
      const open = await Promise.allSettled(states.values());
      states.clear();
      await Promise.all([
        local.close(),
        git.close(),
        ...open.map((state) => (state.status === 'fulfilled' ? state.value.close() : undefined)),
      ]);
    },
  };
}
