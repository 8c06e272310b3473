import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Counts, FileDone, RunFile } from './lane-messages.ts';

export interface LaneOptions {
  lanes: number;
  grep?: string | undefined;
  /** No further file after one with a failure. */
  bail: boolean;
  /** Told of each file when it is done; files of different lanes are never mixed. */
  onFile(done: FileDone): void;
  signal: AbortSignal;
}

/**
 * Runs test files in several processes beside each other: each takes the next file when it is free.
 * The order of `files` is the order in which they are begun: those that take long come first.
 */
export async function runInLanes(files: readonly string[], options: LaneOptions): Promise<Counts> {
  const waiting = [...files];
  const total: Counts = { passes: 0, failures: 0, pending: 0 };
  const lane = async (): Promise<void> => {
    const child = fork(fileURLToPath(new URL('lane.ts', import.meta.url)), { stdio: 'inherit' });
    const kill = (): void => void child.kill('SIGTERM');
    options.signal.addEventListener('abort', kill);
    try {
      for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
        if (options.signal.aborted || (options.bail && total.failures > 0)) break;
        const done = await runFile(child, {
          file,
          ...(options.grep === undefined ? {} : { grep: options.grep }),
        });
        total.passes += done.passes;
        total.failures += done.failures;
        total.pending += done.pending;
        options.onFile(done);
      }
    } finally {
      options.signal.removeEventListener('abort', kill);
      await end(child);
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.lanes, files.length) }, lane));
  return total;
}

/** A lane that dies took its file with it: that is a failure, and says so. */
function runFile(child: ChildProcess, message: RunFile): Promise<FileDone> {
  return new Promise((resolve) => {
    const finish = (done: FileDone): void => {
      child.off('message', answered).off('exit', died);
      resolve(done);
    };
    const answered = (answer: unknown): void => finish(answer as FileDone);
    const died = (code: number | null, signal: NodeJS.Signals | null): void =>
      finish({
        file: message.file,
        passes: 0,
        failures: 1,
        pending: 0,
        output: `  ${message.file}: the process that ran it ended (${signal ?? `exit code ${code}`})`,
      });
    if (child.exitCode !== null || child.signalCode !== null)
      return died(child.exitCode, child.signalCode);
    child.on('message', answered).on('exit', died);
    child.send(message);
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.disconnect();
  // What a test left behind (a server, a timer) must not keep the suite from ending.
  const timer = setTimeout(() => child.kill('SIGTERM'), 10_000);
  await exited;
  clearTimeout(timer);
}
