import { spawn } from 'node:child_process';
import { gitEnvironment } from './environment.ts';

/** Where to run, what to feed on stdin, and variables on top of `gitEnvironment()`. */
export interface RunGitOptions {
  cwd?: string;
  input?: string | Uint8Array;
  environment?: Record<string, string>;
}

/** Runs one git command free of user configuration; its stdout without the last newline, or an error with its stderr. */
export function runGit(
  parameters: readonly string[],
  options: RunGitOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', parameters, {
      cwd: options.cwd,
      env: { ...gitEnvironment(), ...options.environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    child.stdin.on('error', () => undefined);
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(Buffer.concat(output).toString('utf8').replace(/\n$/, ''));
      else
        reject(
          new Error(
            `git ${parameters.join(' ')} ended with ${code}: ${Buffer.concat(errors).toString('utf8').trim()}`,
          ),
        );
    });
    child.stdin.end(options.input);
  });
}
