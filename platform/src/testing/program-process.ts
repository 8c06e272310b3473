import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { CheckpointName } from '@codex-k8s/controller';

/** A program in a process of its own, as a test drives it. */
export interface ProgramProcess {
  /** Origin of the webhook ingress; empty for roles without one. */
  publicUrl: string;
  privateUrl: string;
  pid: number;
  /** Resolves when the process stands at its checkpoint. */
  stopped: Promise<void>;
  /** kill -9, and gone. */
  kill(): Promise<void>;
  /** SIGTERM, and gone. */
  stop(): Promise<void>;
}

const script = fileURLToPath(new URL('test-program.ts', import.meta.url));

/** Starts the program with the given settings; resolves when it is ready or stands at its checkpoint. */
export async function startProgramProcess(
  environment: Record<string, string>,
  stopAt?: { name: CheckpointName; nth?: number },
): Promise<ProgramProcess> {
  const parameters =
    stopAt === undefined ? [] : ['--stop-at', stopAt.name, '--nth', String(stopAt.nth ?? 1)];
  const child = spawn(process.execPath, [script, ...parameters], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-8000)));
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const lines = createInterface({ input: child.stdout });
  let atCheckpoint: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => (atCheckpoint = resolve));
  const ready = await new Promise<{ public?: string; private?: string }>((resolve, reject) => {
    lines.on('line', (line) => {
      const said = JSON.parse(line) as {
        ready?: boolean;
        stoppedAt?: string;
        public?: string;
        private?: string;
      };
      if (said.ready) resolve(said);
      if (said.stoppedAt) {
        atCheckpoint();
        resolve({});
      }
    });
    child.once('error', reject);
    void gone.then(() => reject(new Error(`the program ended before it was ready:\n${errors}`)));
  });
  return {
    publicUrl: ready.public ?? '',
    privateUrl: ready.private ?? '',
    pid: child.pid ?? 0,
    stopped,
    kill: () => end(child, gone, 'SIGKILL'),
    stop: () => end(child, gone, 'SIGTERM'),
  };
}

async function end(
  child: ChildProcess,
  gone: Promise<void>,
  signal: NodeJS.Signals,
): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  await gone;
}
