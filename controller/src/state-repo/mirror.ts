import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createGitRemote,
  initBareRepository,
  isGitError,
  openGitRepository,
} from '../git/index.ts';
import { stateError } from './state-error.ts';
import type { GitRepository, PushChange } from '../git/index.ts';
import type { PublishTarget } from './publish.ts';

/** A remote state repository and its bare mirror on this machine. */
export interface StateMirror extends PublishTarget {
  /** Makes sure that the mirror was filled at least once. */
  ready(): Promise<void>;
}

/** How the remote is reached and where its mirror lies. */
export interface StateMirrorOptions {
  url: string;
  mirrorDirectory: string;
  token?: () => Promise<string | undefined>;
  timeoutMs?: number;
}

const LOCK_ATTEMPTS = 5;

/**
 * Publishing to a repository elsewhere: commits are made in the mirror and pushed with
 * `--force-with-lease=<branch>:<expected>`, which is the compare-and-swap. The mirror holds nothing
 * that the remote does not; it may be deleted at any time and comes back with the next refresh.
 */
export async function openStateMirror(options: StateMirrorOptions): Promise<StateMirror> {
  const { url, mirrorDirectory, token, timeoutMs } = options;
  const remote = createGitRemote({
    url,
    ...(token === undefined ? {} : { token }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  await restore();
  const repository: GitRepository = await openGitRepository(mirrorDirectory);
  let filled = false;
  const refresh = joined(fetchAll);

  async function isThere(): Promise<boolean> {
    return (await stat(join(mirrorDirectory, 'HEAD')).catch(() => undefined)) !== undefined;
  }

  async function restore(): Promise<void> {
    if (await isThere()) return;
    await rm(mirrorDirectory, { recursive: true, force: true });
    await initBareRepository(mirrorDirectory);
  }

  async function fetchAll(): Promise<void> {
    await restore();
    for (let attempt = 1; ; attempt += 1) {
      try {
        await remote.fetch(mirrorDirectory, ['+refs/heads/*:refs/heads/*'], { prune: true });
        filled = true;
        return;
      } catch (error) {
        // Another process of this machine uses the same mirror.
        if (attempt === LOCK_ATTEMPTS || !isGitError(error, 'CK-GIT-010')) throw error;
        await new Promise((wake) => setTimeout(wake, 50 * attempt * (0.5 + Math.random())));
      }
    }
  }

  /**
   * What was pushed is known without a fetch. Only a saving: when it fails (another process holds
   * the lock, a refresh was faster) the push stands all the same and the next refresh tells.
   */
  async function remember(pushed: readonly PushChange[]): Promise<void> {
    for (const { ref, to } of pushed) {
      try {
        const known = await repository.resolveRef(ref);
        if (known !== to) await repository.updateRefs([{ ref, from: known, to }]);
      } catch (error) {
        if (!isGitError(error)) throw error;
      }
    }
  }

  return {
    repository,
    async ready() {
      if (!filled || !(await isThere())) await refresh();
    },
    head: (ref) => repository.resolveRef(ref),
    async advance(changes) {
      const pushed = changes.flatMap(({ ref, from, to }) =>
        to === undefined ? [] : [{ ref, from, to }],
      );
      const [{ ref }] = changes;
      try {
        const answers = await remote.push(mirrorDirectory, pushed);
        await remember(pushed.filter((change) => answers.get(change.ref)?.kind === 'pushed'));
        const answer = answers.get(ref);
        if (answer?.kind === 'pushed') return { kind: 'updated' };
        if (answer?.kind === 'refused') {
          throw stateError('CK-STATE-004', `${remote.name}: ${ref} was refused: ${answer.reason}`, {
            ref,
          });
        }
        return { kind: 'moved', reason: answer?.reason ?? 'no answer for the branch' };
      } catch (error) {
        // The answer got lost, not necessarily the push: the caller looks where the branch stands.
        if (isGitError(error, 'CK-GIT-008', 'CK-GIT-010'))
          return { kind: 'moved', reason: error.data.message };
        throw error;
      }
    },
    async confirm(ref, head) {
      return (await remote.listRefs([ref])).get(ref) === head;
    },
    refresh,
  };
}

/** Calls that arrive while one runs share the next run: what happened before a call is seen by its run. */
function joined(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const start = () => {
    next = undefined;
    running = work().finally(() => (running = undefined));
    return running;
  };
  return () => {
    if (running === undefined) return start();
    next ??= running.then(start, start);
    return next;
  };
}
