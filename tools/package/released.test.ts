import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packRenderer, root } from './index.ts';
import { lastRelease, unpackCommand } from './released.ts';

const run = promisify(execFile);

describe('the last released renderer', function () {
  this.timeout(120_000);
  let directory: string;
  let command: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ck-released-'));
    // Before the first release it is the one that would be cut now.
    const tarball = (await lastRelease()) ?? (await packRenderer(join(directory, 'out'))).tarball;
    command = await unpackCommand(tarball, directory);
  });
  after(() => rm(directory, { recursive: true, force: true }));

  // A platform renders its next self with the renderer it has: a contract that the last release does
  // not know yet must not be used before that release is out.
  for (const [environment, ...slot] of [
    ['dev'],
    ['staging'],
    ['production'],
    ['ai', '--slot', '1'],
  ])
    it(`renders the platform's own services.yaml for ${environment}`, async () => {
      const out = join(directory, `out-${environment}`);
      const args = ['render', '--env', environment ?? '', ...slot, '--out', out];
      await run(process.execPath, [command, ...args], { cwd: root });
      const plan: unknown = JSON.parse(await readFile(join(out, 'plan.json'), 'utf8'));
      expect(plan).to.deep.include({ kind: 'ExecutionPlan', stack: 'codex-k8s', environment });
      expect(plan).to.have.property('units').that.is.an('array').with.length.greaterThan(3);
    });

  it('is the one with the highest version, not the last one by its letters', async () => {
    const kept = join(directory, 'kept');
    await mkdir(kept);
    expect(await lastRelease(kept)).to.equal(undefined);
    for (const name of ['0.9.0.tgz', '0.10.0.tgz', '0.2.11.tgz', 'README.md'])
      await writeFile(join(kept, name), '');
    expect(await lastRelease(kept)).to.equal(join(kept, '0.10.0.tgz'));
  });
});
