import { spawn, type ChildProcess } from 'node:child_process';

/** How a process ended and all it said. */
export interface Ended {
  /** `null` when a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  out: string;
  err: string;
}

/** A process of a test's own, to be watched and killed. */
export interface RunningModule {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Its first line on stdout; rejected when it ends without one. */
  readonly firstLine: Promise<string>;
  readonly ended: Promise<Ended>;
}

/** Runs TypeScript-free module source in a Node process of its own, with the environment of this one and `environment`. */
export function spawnModule(
  source: string,
  environment: Record<string, string> = {},
): RunningModule {
  return watch(
    spawn(process.execPath, ['--input-type=module', '--eval', source], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
}

/** Runs a TypeScript or JavaScript program to its end, whatever its exit code. */
export function runProgram(
  file: string,
  parameters: readonly string[] = [],
  environment: Record<string, string> = {},
): Promise<Ended> {
  return watch(
    spawn(process.execPath, [file, ...parameters], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  ).ended;
}

function watch(child: ChildProcess): RunningModule {
  let out = '';
  let err = '';
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, out, err }));
  });
  const firstLine = new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      const end = out.indexOf('\n');
      if (end >= 0) resolve(out.slice(0, end));
    });
    child.once('close', (code) =>
      reject(new Error(`it ended with ${code} before its first line: ${err}`)),
    );
  });
  firstLine.catch(() => undefined);
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return { child, pid: child.pid ?? 0, firstLine, ended };
}
