import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { failureOf, temporaryDirectory, type TemporaryDirectory } from '@codex-k8s/testing';
import { expect } from 'chai';
import { readBootstrapConfig } from '../config.ts';
import { createGoBuilder } from './go-build.ts';
import { versions } from './versions.ts';

describe('building with Go', function () {
  this.timeout(600_000);
  const { toolEnvironment: environment } = readBootstrapConfig();
  const modules = fileURLToPath(new URL('../../golang', import.meta.url));
  let scratch: TemporaryDirectory;

  before(function () {
    // Where the binaries come from elsewhere, a machine without Go is a fine machine.
    if (spawnSync('go', ['version']).status !== 0) this.skip();
  });
  beforeEach(async () => {
    scratch = await temporaryDirectory('go-build');
  });
  afterEach(() => scratch.remove());

  it('makes the pinned etcd and leaves nothing else behind', async () => {
    const destination = join(scratch.path, 'etcd');
    const builder = createGoBuilder({ modules, scratch: scratch.path, environment });
    const outcome = await builder.build('etcd', destination, () => undefined);
    expect(outcome).to.deep.equal({ kind: 'fetched' });
    expect(execFileSync(destination, ['--version'], { encoding: 'utf8' })).to.contain(
      `etcd Version: ${versions.etcd}`,
    );
    expect(readdirSync(scratch.path)).to.deep.equal(['etcd']);
  });

  it('says why it failed', async () => {
    const broken = join(scratch.path, 'etcd');
    mkdirSync(broken);
    writeFileSync(join(broken, 'go.mod'), 'module broken\n\ngo 1.26\n');
    const builder = createGoBuilder({ modules: scratch.path, scratch: scratch.path, environment });
    const error = await failureOf(
      builder.build('etcd', join(scratch.path, 'out'), () => undefined),
    );
    expect(error).to.have.nested.property('data.code', 'CK-LOCAL-003');
    expect(error.message)
      .to.contain('building etcd with Go failed')
      .and.contain('go.etcd.io/etcd/server/v3');
  });

  it('is no source where there is no Go', async () => {
    const builder = createGoBuilder({
      modules,
      scratch: scratch.path,
      environment: { PATH: '/nonexistent' },
    });
    expect(await builder.build('kwok', join(scratch.path, 'kwok'), () => undefined)).to.deep.equal({
      kind: 'unavailable',
      reason: 'Go is not installed',
    });
  });
});
