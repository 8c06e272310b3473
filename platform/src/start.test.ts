import { spawn } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { eventually, gitEnvironment, temporaryDirectory } from '@codex-k8s/testing';
import type { TemporaryDirectory } from '@codex-k8s/testing';

const script = fileURLToPath(new URL('start.ts', import.meta.url));

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

interface SyncDocument {
  kind: string;
  healthy: boolean;
  cluster: { simulatedPods: boolean };
  run: { id: string; status: string; sourceSha: string; steps: { name: string; at?: string }[] };
  stateCommit: string;
  objects: { kind: string; health: string }[];
  clone: string;
}

describe('npm start on an empty directory', () => {
  let data: TemporaryDirectory;
  before(async () => {
    data = await temporaryDirectory('start');
  });
  after(() => data.remove());

  const start = (...parameters: string[]): Promise<Ended> => {
    const child = spawn(process.execPath, [script, '--data', data.path, ...parameters], {
      env: { ...gitEnvironment(), HOME: process.env['HOME'] },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended: Ended = { code: null, stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (ended.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (ended.stderr += chunk.toString()));
    return new Promise((resolve) => child.once('close', (code) => resolve({ ...ended, code })));
  };
  let first: SyncDocument;

  it('commits what it can without a cluster, and says so in one document', async () => {
    const { code, stdout, stderr } = await start('--once', '--no-cluster');
    const document = JSON.parse(stdout) as SyncDocument;
    expect(document.stateCommit, stderr).to.match(/^[0-9a-f]{40}$/);
    expect(document.healthy).to.equal(false);
    expect(code).to.equal(1);
  }).timeout(120_000);

  it('catches up when the cluster is there: healthy objects, one JSON document, exit code 0, no process left', async () => {
    const { code, stdout, stderr } = await start('--once');
    expect(code, stderr).to.equal(0);
    first = JSON.parse(stdout) as SyncDocument;
    expect(first).to.include({ kind: 'LocalSync', healthy: true });
    expect(first.cluster.simulatedPods).to.equal(true);
    expect(first.run.steps.map((step) => step.name)).to.deep.equal([
      'received',
      'rendered',
      'committed',
      'applied',
      'healthy',
    ]);
    expect(first.run.steps.every((step) => step.at !== undefined)).to.equal(true);
    expect(first.objects.length).to.be.greaterThan(5);
    expect(new Set(first.objects.map((object) => object.health))).to.deep.equal(
      new Set(['current']),
    );
    await eventually(async () => expect(await processesOf(data.path)).to.deep.equal([]));
  }).timeout(180_000);

  it('finds everything again after a restart, without a second run of the same commit', async () => {
    const { code, stdout, stderr } = await start('--once');
    expect(code, stderr).to.equal(0);
    const again = JSON.parse(stdout) as SyncDocument;
    expect(again.run.id).to.equal(first.run.id);
    expect(again.stateCommit).to.equal(first.stateCommit);
  }).timeout(180_000);

  it('keeps its state to its owner', async () => {
    const mode = async (path: string): Promise<string> =>
      ((await stat(path)).mode & 0o777).toString(8);
    expect(await mode(data.path)).to.equal('700');
    for (const name of ['encryption.key', 'install.token', 'webhook.secret', 'cluster/kubeconfig'])
      expect(await mode(join(data.path, name)), name).to.equal('600');
  });
});

/** Command lines of live processes that name the directory. */
async function processesOf(directory: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (line.includes(directory)) found.push(line.replaceAll('\0', ' '));
  }
  return found;
}
