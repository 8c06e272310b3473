import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { tmpdir } from 'node:os';
import { gitProcessEnvironment } from './process-environment.ts';

/** How a git child ended. */
export interface ChildEnd {
  /** Undefined when a signal ended it or it never started. */
  exitCode: number | undefined;
  signal: string | undefined;
  /** The last lines of its stderr. */
  stderr: string;
  /** Set when the program could not be started. */
  startError?: Error;
}

/** A git process that is started when first written to and again after it ended. */
export interface SupervisedChild {
  write(data: string): void;
  readonly running: boolean;
  /** The process id while it runs; for tests and diagnostics. */
  readonly pid: number | undefined;
  /** Lets the child finish (its stdin closes); kills it when it does not within two seconds. */
  stop(): Promise<void>;
}

const STDERR_KEPT = 4096;

/**
 * Supervises `git --git-dir=<repository> <args>`. The child reads commands from its stdin, so it
 * ends by itself when this process dies, whatever the way. After `idleMs` without a write it is
 * let go; the next write starts another.
 */
export function superviseChild(options: {
  repository: string;
  args: readonly string[];
  idleMs: number;
  onData(chunk: Buffer): void;
  /** Called once per started child, never after stop(). */
  onEnd(end: ChildEnd): void;
  /** While it says true an idle child is kept. */
  isBusy(): boolean;
}): SupervisedChild {
  let child: ChildProcessWithoutNullStreams | undefined;
  let idle: NodeJS.Timeout | undefined;

  function start(): ChildProcessWithoutNullStreams {
    const started = spawn('git', [`--git-dir=${options.repository}`, ...options.args], {
      cwd: tmpdir(),
      env: gitProcessEnvironment(),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let stderr = '';
    let startError: Error | undefined;
    started.stdout.on('data', (chunk: Buffer) => {
      if (child === started) options.onData(chunk);
    });
    started.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString('utf8')).slice(-STDERR_KEPT);
    });
    // A write to a child that just died ends here; `close` tells the rest.
    started.stdin.on('error', () => {});
    started.on('error', (error) => {
      startError = error;
    });
    started.on('close', (exitCode, signal) => {
      if (child !== started) return;
      child = undefined;
      clearTimeout(idle);
      const end: ChildEnd = {
        exitCode: exitCode ?? undefined,
        signal: signal ?? undefined,
        stderr: stderr.trim(),
      };
      if (startError !== undefined) end.startError = startError;
      options.onEnd(end);
    });
    child = started;
    return started;
  }

  function watchIdle() {
    clearTimeout(idle);
    idle = setTimeout(() => {
      if (options.isBusy()) watchIdle();
      else void stop();
    }, options.idleMs);
    idle.unref();
  }

  async function stop(): Promise<void> {
    const stopping = child;
    child = undefined;
    clearTimeout(idle);
    if (stopping === undefined) return;
    const closed = new Promise<void>((resolve) => stopping.once('close', () => resolve()));
    const kill = setTimeout(() => stopping.kill('SIGKILL'), 2000);
    stopping.stdin.end();
    await closed;
    clearTimeout(kill);
  }

  return {
    write(data) {
      (child ?? start()).stdin.write(data);
      watchIdle();
    },
    get running() {
      return child !== undefined;
    },
    get pid() {
      return child?.pid;
    },
    stop,
  };
}
