import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { gitError } from './git-error.ts';
import { gitProcessEnvironment } from './process-environment.ts';

/** What one git command answered. */
export interface GitAnswer {
  exitCode: number;
  stdout: Buffer;
  stderr: string;
}

/**
 * Runs one git command on a repository of this machine to its end.
 * Rejects with CK-GIT-007 for an exit code that is not allowed, an answer above `maxBytes`
 * (default 64 MiB) or a command that takes longer than `timeoutMs` (default 60 s); CK-GIT-002 when git does not start.
 */
export function runGit(
  repository: string,
  args: readonly string[],
  options: {
    input?: Uint8Array;
    allowedExitCodes?: readonly number[];
    maxBytes?: number;
    timeoutMs?: number;
  } = {},
): Promise<GitAnswer> {
  const { allowedExitCodes = [0], maxBytes = 64 << 20, timeoutMs = 60_000 } = options;
  const name = `git ${args[args.lastIndexOf('-c') < 0 ? 0 : args.lastIndexOf('-c') + 2] ?? ''}`;
  return new Promise((resolve, reject) => {
    const child = spawn('git', [`--git-dir=${repository}`, ...args], {
      cwd: tmpdir(),
      env: gitProcessEnvironment(),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    let bytes = 0;
    let stderr = '';
    let failure: Error | undefined;
    const giveUp = (error: Error) => {
      failure ??= error;
      child.kill('SIGKILL');
    };
    const timer = setTimeout(
      () => giveUp(gitError('CK-GIT-007', repository, `${name} took longer than ${timeoutMs} ms`)),
      timeoutMs,
    );
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes)
        giveUp(gitError('CK-GIT-007', repository, `${name} answered more than ${maxBytes} bytes`));
      else out.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString('utf8')).slice(-4096);
    });
    child.stdin.on('error', () => {});
    child.on('error', (error) => {
      failure ??= gitError('CK-GIT-002', repository, `${name} did not start: ${error.message}`, {
        cause: error,
      });
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (failure !== undefined) reject(failure);
      else if (code === null || !allowedExitCodes.includes(code)) {
        const how = code === null ? `was killed (${signal})` : `ended with ${code}`;
        reject(
          gitError('CK-GIT-007', repository, `${name} ${how}: ${stderr.trim() || 'no message'}`),
        );
      } else resolve({ exitCode: code, stdout: Buffer.concat(out), stderr: stderr.trim() });
    });
    child.stdin.end(options.input);
  });
}
