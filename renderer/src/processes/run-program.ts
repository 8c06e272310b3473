import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { setPriority } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { residentMemory } from './resident-memory.ts';

/** What a program may take before it is killed. */
export interface ProgramLimits {
  timeMs: number;
  /** What it prints, errors included. */
  outputBytes: number;
  /** Watched on Linux only. */
  memoryBytes: number;
}

export interface RunOptions {
  cwd: string;
  /** The whole environment of the program: nothing is inherited. */
  environment: Readonly<Record<string, string>>;
  limits?: ProgramLimits;
  /** Where its output goes instead of into the result. */
  output?: Writable;
  onErrorLine?(line: string): void;
  /** Let everything else on the machine go first. */
  polite?: boolean;
}

/** How a program ended. */
export interface ProgramEnd {
  /** Undefined when there is no such program, or it was killed. */
  code: number | undefined;
  /** What it printed, unless that went elsewhere. */
  text: string;
  /** The end of what it said on the stream of errors. */
  errors: string;
  /** Which limit it was killed for. */
  exceeded?: 'time' | 'output' | 'memory';
}

const memoryWatchMs = 50;
const keptErrors = 16_000;

/**
 * Runs a program without a shell, without input, and with an environment of its own.
 *
 * @param program absolute path, or a name looked up in the PATH of that environment
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: RunOptions,
): Promise<ProgramEnd> {
  const { cwd, environment, limits, output, polite = false } = options;
  const child = spawn(program, args, {
    cwd,
    env: { ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: what it starts ends with it.
    detached: process.platform !== 'win32',
  });
  const started = child.pid !== undefined;
  if (polite && child.pid !== undefined) lowerPriority(child.pid);
  const end: ProgramEnd = { code: undefined, text: '', errors: '' };
  const stopWatching = limits === undefined ? () => undefined : watch(child, limits, end);
  const ended = new Promise<number | undefined>((resolve, reject) => {
    child.once('error', (error) => (started ? reject(error) : resolve(undefined)));
    child.once('close', (code) => resolve(code ?? undefined));
  });
  readErrors(child.stderr, end, options.onErrorLine);
  const chunks: Buffer[] = [];
  try {
    if (output === undefined) child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    else await pipeline(child.stdout, output);
    end.code = await ended;
  } finally {
    stopWatching();
  }
  end.text = Buffer.concat(chunks).toString();
  return end;
}

function readErrors(
  stream: Readable,
  end: ProgramEnd,
  onLine: (line: string) => void = () => undefined,
): void {
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    end.errors = `${end.errors}${chunk.toString()}`.slice(-keptErrors);
    const lines = (rest + chunk.toString()).slice(-keptErrors).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
}

/** Kills the program and all it started once it takes too much; says for what. */
function watch(
  child: ChildProcessByStdio<null, Readable, Readable>,
  limits: ProgramLimits,
  end: ProgramEnd,
): () => void {
  const { pid } = child;
  const kill = (reason: ProgramEnd['exceeded'] & string): void => {
    end.exceeded ??= reason;
    if (pid !== undefined) killGroup(pid, child);
  };
  const timer = setTimeout(() => kill('time'), limits.timeMs);
  const memory = setInterval(() => {
    if (pid === undefined) return;
    void residentMemory(pid).then((bytes) => {
      if (bytes !== undefined && bytes > limits.memoryBytes) kill('memory');
    });
  }, memoryWatchMs);
  let printed = 0;
  const count = (chunk: Buffer): void => {
    printed += chunk.length;
    if (printed > limits.outputBytes) kill('output');
  };
  child.stdout.on('data', count);
  child.stderr.on('data', count);
  return () => {
    clearTimeout(timer);
    clearInterval(memory);
  };
}

function killGroup(pid: number, child: ChildProcessByStdio<null, Readable, Readable>): void {
  try {
    if (process.platform === 'win32') child.kill('SIGKILL');
    else process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, 5);
  } catch {
    // It has already ended, or the system forbids it: only politeness is lost.
  }
}
