import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A measured process. */
export interface Measured {
  name: string;
  pid: number;
  /** What it said when it was ready. */
  ready: Record<string, unknown>;
  stop(): Promise<void>;
}

/** Starts a script of this repository and waits for the JSON line that says it is ready. */
export async function startMeasured(
  name: string,
  script: string,
  parameters: readonly string[],
  environment: Record<string, string> = {},
): Promise<Measured> {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL(script, import.meta.url)), ...parameters],
    {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const ready = await new Promise<Record<string, unknown>>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const said = JSON.parse(line) as Record<string, unknown>;
      if (said['event'] === 'ready' || said['url'] !== undefined) resolve(said);
      if (said['event'] === 'error') process.stderr.write(`${name}: ${line}\n`);
    });
    void gone.then(() => reject(new Error(`${name} ended before it was ready`)));
  });
  return { name, pid: child.pid ?? 0, ready, stop: () => end(child, gone) };
}

async function end(child: ChildProcess, gone: Promise<void>): Promise<void> {
  child.stdin?.end();
  child.kill('SIGTERM');
  await gone;
}
