import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  runProgram,
  temporaryDirectory,
  type Ended,
  type TemporaryDirectory,
} from '@codex-k8s/testing';
import { expect } from 'chai';
import { readControlPlaneStatus } from '../control-plane/index.ts';
import { identityOf } from '../processes/index.ts';

const bootstrap = (...parameters: string[]): Promise<Ended> =>
  runProgram(fileURLToPath(new URL('../main.ts', import.meta.url)), parameters);

function parse(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return value;
}

describe('bootstrap local', function () {
  this.timeout(120_000);
  let scratch: TemporaryDirectory;
  before(async () => {
    scratch = await temporaryDirectory('bootstrap-local');
  });
  after(() => scratch.remove());

  it('goes up once, shows itself, and comes down without a trace', async () => {
    const directory = join(scratch.path, 'cluster');
    const up = await bootstrap(
      'local',
      'up',
      '-d',
      directory,
      '--unsafe-no-fsync',
      '--output',
      'json',
    );
    expect(up.code, up.err).to.equal(0);
    const status = readControlPlaneStatus(directory);
    expect(parse(up.out)).to.deep.equal(status);
    expect(status).to.include({ state: 'running', simulated: true });
    expect(up.err).to.contain('the simulated node runs pods');

    const again = await bootstrap('local', 'up', '-d', directory, '--output', 'json');
    expect(parse(again.out)).to.deep.include({
      supervisor: status.supervisor,
      server: status.server,
    });
    const text = await bootstrap('local', 'status', '-d', directory);
    expect(text.code).to.equal(0);
    expect(text.out).to.contain(status.server).and.contain('simulated');

    const path = (await bootstrap('local', 'kubeconfig', '-d', directory)).out.trim();
    expect(readFileSync(path, 'utf8')).to.equal(
      (await bootstrap('local', 'kubeconfig', '-d', directory, '--content')).out,
    );

    const down = await bootstrap('local', 'down', '-d', directory, '--remove');
    expect(down).to.include({ code: 0, out: '' });
    for (const pid of [status.supervisor, ...status.components.map((each) => each.pid)])
      expect(identityOf(pid ?? 0), String(pid)).to.equal(undefined);
    expect(existsSync(directory)).to.equal(false);
  });

  it('says what to do where nothing runs', async () => {
    const directory = join(scratch.path, 'none');
    const kubeconfig = await bootstrap('local', 'kubeconfig', '-d', directory);
    expect(kubeconfig).to.include({ code: 1, out: '' });
    expect(kubeconfig.err)
      .to.contain('CK-LOCAL-008')
      .and.contain('next: start one with `bootstrap local up`');
    const status = await bootstrap('local', 'status', '-d', directory, '-o', 'json');
    expect(status.code).to.equal(1);
    expect(parse(status.out)).to.include({ state: 'stopped' });
    const down = await bootstrap('local', 'down', '-d', directory);
    expect(down.code).to.equal(0);
    expect(down.err).to.contain('nothing was running');
    expect(existsSync(directory)).to.equal(false);
  });

  it('takes a cluster that is named instead of starting one', async () => {
    const path = join(scratch.path, 'config');
    writeFileSync(
      path,
      'clusters: [{name: c, cluster: {server: "https://c.test"}}]\ncontexts: [{name: mine, context: {cluster: c}}]\n',
    );
    const up = await bootstrap(
      'local',
      'up',
      '-d',
      join(scratch.path, 'unused'),
      '--kubeconfig',
      path,
      '--context',
      'mine',
      '-o',
      'json',
    );
    expect(up.code, up.err).to.equal(0);
    expect(parse(up.out)).to.deep.equal({
      kubeconfigPath: path,
      context: 'mine',
      server: 'https://c.test',
      simulated: false,
    });
    expect(existsSync(join(scratch.path, 'unused'))).to.equal(false);
  });

  it('refuses an unknown output format', async () => {
    const status = await bootstrap('local', 'status', '--output', 'yaml');
    expect(status.code).to.equal(1);
    expect(status.err).to.contain("'yaml' is invalid. Allowed choices are text, json");
  });

  it('explains itself with examples', async () => {
    const help = await bootstrap('local', 'up', '--help');
    expect(help.code).to.equal(0);
    expect(help.out).to.contain('Examples:').and.contain('KUBEBUILDER_ASSETS');
  });
});
