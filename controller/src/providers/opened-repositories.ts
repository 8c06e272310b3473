import { openGitRepository } from '../git/index.ts';
import type { GitRepository } from '../git/index.ts';

/** Repositories of this machine kept open by path; their git children end by themselves when idle. */
export interface OpenedRepositories {
  open(path: string): Promise<GitRepository>;
  close(): Promise<void>;
}

/** A source repository is read in bursts, one per push: its children may go after a minute. */
const IDLE_MS = 60_000;

/** Creates an empty set. */
export function createOpenedRepositories(): OpenedRepositories {
  const opened = new Map<string, Promise<GitRepository>>();
  return {
    open(path) {
      const known = opened.get(path);
      if (known !== undefined) return known;
      const opening = openGitRepository(path, { idleMs: IDLE_MS, blobCacheBytes: 8 << 20 });
      opened.set(path, opening);
      opening.catch(() => opened.delete(path));
      return opening;
    },
    async close() {
      const all = await Promise.allSettled(opened.values());
      opened.clear();
      const left = all.filter((one) => one.status === 'fulfilled');
      await Promise.all(left.map(({ value }) => value.close()));
    },
  };
}
