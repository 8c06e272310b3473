import { gitError } from './git-error.ts';
import { ZERO_OID } from './object-format.ts';
import { superviseChild } from './supervised-child.ts';
import type { ChildEnd } from './supervised-child.ts';

/** One ref to move; `undefined` means "no such ref", before (`from`) or after (`to`). */
export interface RefChange {
  ref: string;
  from: string | undefined;
  to: string | undefined;
}

/** `refused` says why in git's words: the ref stood elsewhere, was locked, or the child died before the answer. */
export type RefUpdateAnswer = { kind: 'updated' } | { kind: 'refused'; reason: string };

/** Moves refs by compare-and-swap through one `git update-ref --stdin`. */
export interface RefUpdater {
  /** All changes or none. A child that was killed may have moved the refs: the caller reads them again. */
  update(changes: readonly RefChange[]): Promise<RefUpdateAnswer>;
  readonly pid: number | undefined;
  close(): Promise<void>;
}

/** Creates an updater; no process runs before the first update. */
export function createRefUpdater(repository: string, idleMs: number): RefUpdater {
  let line = '';
  let current: { resolve(answer: RefUpdateAnswer): void; reject(error: Error): void } | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let closed = false;

  const child = superviseChild({
    repository,
    // A published commit must outlive a power cut as its objects do.
    args: ['-c', 'core.fsync=reference', 'update-ref', '--stdin'],
    idleMs,
    onData(chunk) {
      line += chunk.toString('utf8');
      const lines = line.split('\n');
      line = lines.pop() ?? '';
      if (lines.includes('commit: ok')) settle({ kind: 'updated' });
    },
    onEnd(end: ChildEnd) {
      line = '';
      if (end.startError === undefined) {
        settle({
          kind: 'refused',
          reason: end.stderr || `git update-ref ended with ${end.exitCode ?? end.signal}`,
        });
      } else {
        current?.reject(
          gitError(
            'CK-GIT-002',
            repository,
            `git update-ref did not start: ${end.startError.message}`,
          ),
        );
        current = undefined;
      }
    },
    isBusy: () => current !== undefined,
  });

  function settle(answer: RefUpdateAnswer) {
    current?.resolve(answer);
    current = undefined;
  }

  function send(changes: readonly RefChange[]): Promise<RefUpdateAnswer> {
    return new Promise((resolve, reject) => {
      if (closed) {
        reject(gitError('CK-GIT-011', repository, 'a ref was to be moved after close'));
        return;
      }
      current = { resolve, reject };
      const commands = changes.map(
        ({ ref, from = ZERO_OID, to = ZERO_OID }) => `update ${ref} ${to} ${from}\n`,
      );
      child.write(`start\n${commands.join('')}prepare\ncommit\n`);
    });
  }

  return {
    update(changes) {
      const answer = last.then(() => send(changes));
      last = answer.catch(() => {});
      return answer;
    },
    get pid() {
      return child.pid;
    },
    async close() {
      await last;
      closed = true;
      await child.stop();
    },
  };
}
