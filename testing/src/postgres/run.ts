import { spawn } from 'node:child_process';

/** Runs a program to its end; an error carries the last lines of what it said. */
export function run([program = '', ...parameters]: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    const hear = (chunk: Buffer): void => {
      said = `${said}${chunk.toString()}`.slice(-4_000);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', (error) =>
      reject(new Error(`${program} cannot be run: ${error.message}`, { cause: error })),
    );
    child.once('close', (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`${program} ${parameters[0] ?? ''} ended with ${code}: ${said.trim()}`)),
    );
  });
}
