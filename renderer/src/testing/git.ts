import { spawn } from 'node:child_process';

const isolation = ['GIT_CONFIG_GLOBAL=/dev/null', 'GIT_CONFIG_NOSYSTEM=1', 'GIT_TERMINAL_PROMPT=0'];

/** Runs the real git, without any configuration of the machine. */
export async function git(directory: string, args: readonly string[], input = ''): Promise<string> {
  // Through `env`: the rest of the environment stays as it is.
  const child = spawn('env', [...isolation, 'git', ...args], { cwd: directory });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  // A git that reads no input may be gone before it is written.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`git ${args.join(' ')}: ${Buffer.concat(errors).toString()}`);
  return Buffer.concat(output).toString().trim();
}

/** The tree id that git itself gives to everything in a directory. */
export async function gitTreeOf(directory: string): Promise<string> {
  await git(directory, ['init', '--quiet']);
  await git(directory, ['add', '--all', '--force', '.']);
  return git(directory, ['write-tree']);
}
