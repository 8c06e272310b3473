import { spawn } from 'node:child_process';
import { cp, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createLocalRepository,
  ensureEnvironment,
  ensureProject,
  ensureSourceRepository,
  ensureStateRepository,
} from '@codex-k8s/controller';
import type { Database, SecretStore } from '@codex-k8s/controller';
import type { DataDirectory } from './data-directory.ts';
import { readOrCreateToken } from './data-directory.ts';

/** The sample project as it was registered. */
export interface Sample {
  projectId: string;
  environmentId: string;
  /** The editable clone. */
  clone: string;
  source: string;
  state: string;
  stateRepositoryId: string;
}

const project = 'shop';
const branch = 'main';

/**
 * Registers `examples/shop` as a project of its own: a bare source repository whose post-receive hook
 * sends signed webhooks, a bare state repository, an environment `dev`, and an editable clone.
 * Run again it finds everything, and points the hooks at this process's address.
 */
export async function registerSample(options: {
  db: Database;
  secrets: SecretStore;
  data: DataDirectory;
  example: string;
  webhookUrl: string;
  cluster: string;
}): Promise<Sample> {
  const { db, secrets, data } = options;
  await mkdir(data.repositories, { recursive: true });
  const source = join(data.repositories, `${project}.git`);
  const state = join(data.repositories, `${project}-state.git`);
  const secret = await readOrCreateToken(join(data.path, 'webhook.secret'));
  const hook = (fullName: string) => ({
    fullName,
    hook: { url: options.webhookUrl, secret, nodePath: process.execPath },
  });
  await createLocalRepository(source, hook(`local/${project}`));
  await createLocalRepository(state, hook(`local/${project}-state`));

  const projectId = await ensureProject(db, { slug: project, name: 'Shop' });
  const repositoryId = await ensureSourceRepository(db, secrets, projectId, {
    provider: 'local',
    fullName: `local/${project}`,
    url: source,
    stack: project,
    webhookSecret: secret,
  });
  const stateRepositoryId = await ensureStateRepository(db, secrets, projectId, {
    provider: 'local',
    fullName: `local/${project}-state`,
    url: state,
    webhookSecret: secret,
  });
  const environmentId = await ensureEnvironment(db, projectId, {
    name: 'dev',
    cluster: options.cluster,
    namespace: `${project}-dev`,
    sources: [{ repositoryId, ref: `refs/heads/${branch}` }],
  });
  const clone = await ensureClone(options.example, source, join(data.work, project));
  return { projectId, environmentId, clone, source, state, stateRepositoryId };
}

/** The editable clone: the example's files as a first commit, with the bare repository as its origin. */
async function ensureClone(example: string, source: string, clone: string): Promise<string> {
  if (await exists(join(clone, '.git'))) return clone;
  await mkdir(clone, { recursive: true });
  await cp(example, clone, { recursive: true });
  await git(clone, ['init', '--quiet', `--initial-branch=${branch}`]);
  await git(clone, ['config', 'user.name', 'You']);
  await git(clone, ['config', 'user.email', 'you@example.com']);
  await git(clone, ['config', 'commit.gpgsign', 'false']);
  await git(clone, ['remote', 'add', 'origin', source]);
  await git(clone, ['config', `branch.${branch}.remote`, 'origin']);
  await git(clone, ['config', `branch.${branch}.merge`, `refs/heads/${branch}`]);
  await git(clone, ['add', '--all']);
  await git(clone, ['commit', '--quiet', '--message', 'A small shop']);
  return clone;
}

/** Pushes the clone as a person would; resolves to the pushed commit and whether anything was new. */
export async function pushSample(
  clone: string,
): Promise<{ commit: string; pushed: boolean; output: string }> {
  const result = await git(clone, ['push', '--porcelain', 'origin', branch]);
  const commit = (await git(clone, ['rev-parse', 'HEAD'])).stdout.trim();
  return { commit, pushed: !/^=\t/m.test(result.stdout), output: result.stderr };
}

async function git(
  directory: string,
  parameters: readonly string[],
): Promise<{ stdout: string; stderr: string }> {
  const child = spawn('git', [...parameters], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0)
    throw new Error(
      `git ${parameters[0] ?? ''} in ${directory} ended with ${code ?? 'a signal'}: ${stderr.trim()}`,
    );
  return { stdout, stderr };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
