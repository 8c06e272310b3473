import { expect } from 'chai';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runMain as run, stackText } from './testing/index.ts';

const good = stackText(`  vars: { replicas: { type: integer, default: 1 } }
  environments:
    dev:
    ai: { namespaceTemplate: "{{ .Project }}-{{ .Slot }}" }
  images: { web: { from: "nginx:1" } }
  services:
    - name: web
      codeUpdateStrategy: rebuild
      workload: { image: web, replicas: "{{ .Vars.replicas }}" }
`);
const broken = good.replace('image: web', 'image: wbe');

describe('the command line', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ck-cli-'));
    await writeFile(join(directory, 'services.yaml'), good);
    await writeFile(join(directory, 'broken.yaml'), broken);
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('renders a directory from scratch: nothing of an earlier render is left', async () => {
    const first = await run(directory, ['render', '--env', 'dev', '--out', 'out']);
    expect(first).to.deep.include({ code: 0, stdout: '' });
    expect(first.stderr).to.match(/^shop: 2 files in out, content [0-9a-f]{40}\n$/);
    await writeFile(join(directory, 'services.yaml'), good.replace('name: web', 'name: api'));
    await run(directory, ['render', '--env', 'dev', '--out', 'out']);
    expect(await readdir(join(directory, 'out/manifests'))).to.deep.equal(['api']);
  });

  it('does not delete what no render left there', async () => {
    await mkdir(join(directory, 'out/manifests'), { recursive: true });
    await writeFile(join(directory, 'out/manifests/mine.yaml'), 'a: 1\n');
    const { code, stderr } = await run(directory, ['render', '--env', 'dev', '--out', 'out']);
    expect([code, stderr]).to.deep.equal([
      64,
      'error: out/manifests/mine.yaml is not from a render: move it away, or choose another --out\n',
    ]);
    expect(await readFile(join(directory, 'out/manifests/mine.yaml'), 'utf8')).to.equal('a: 1\n');
  });

  it('prints one JSON document on stdout, of a success and of a failure alike', async () => {
    const fine = await run(directory, [
      'render',
      '--env',
      'dev',
      '--out',
      'out',
      '--output',
      'json',
      '--var',
      'replicas=4',
    ]);
    expect(fine).to.deep.include({ code: 0, stderr: '' });
    expect(JSON.parse(fine.stdout)).to.deep.include({
      ok: true,
      stack: 'shop',
      environment: 'dev',
      namespace: 'shop-dev',
    });
    expect(
      await readFile(join(directory, 'out/manifests/web/deployment-web.yaml'), 'utf8'),
    ).to.include('replicas: 4');
    const bad = await run(directory, [
      'render',
      '--file',
      'broken.yaml',
      '--env',
      'dev',
      '--out',
      'bad',
      '-o',
      'json',
    ]);
    expect(bad).to.deep.include({ code: 1, stderr: '' });
    expect(JSON.parse(bad.stdout)).to.deep.equal({
      ok: false,
      environments: ['dev'],
      diagnostics: [
        {
          code: 'CK-R-053',
          severity: 'error',
          message: 'there is no image "wbe" in spec.images',
          file: 'broken.yaml',
          line: 14,
          column: 26,
          path: 'spec.services[0].workload.image',
          hint: 'Did you mean "web"?',
        },
      ],
    });
    expect(await readdir(directory)).not.to.include('bad');
  });

  it('says where an error is, with a hint, on stderr', async () => {
    const { code, stdout, stderr } = await run(directory, [
      'plan',
      '--file',
      'broken.yaml',
      '--env',
      'dev',
    ]);
    expect([code, stdout]).to.deep.equal([1, '']);
    expect(stderr).to.equal(
      'broken.yaml:14:26 error CK-R-053 there is no image "wbe" in spec.images\n    at spec.services[0].workload.image\n    hint: Did you mean "web"?\n',
    );
  });

  it('validates every environment, those for slots as their first slot', async () => {
    const { code, stdout, stderr } = await run(directory, ['validate']);
    expect([code, stdout, stderr]).to.deep.equal([0, '', 'services.yaml is valid for dev, ai\n']);
    const bad = await run(directory, ['validate', '--file', 'broken.yaml']);
    // One mistake, found in two environments, is told once – and is the data of this command.
    expect([bad.code, bad.stdout.match(/CK-R-053/g)?.length]).to.deep.equal([1, 1]);
    const other = await run(directory, ['validate', '--env', 'prod', '--output', 'json']);
    expect([other.code, JSON.parse(other.stdout).diagnostics[0].code]).to.deep.equal([
      1,
      'CK-R-030',
    ]);
  });

  it('prints a plan for people and for programs', async () => {
    const text = await run(directory, ['plan', '--env', 'ai', '--slot', '2']);
    expect([text.code, text.stdout]).to.deep.equal([
      0,
      'shop/shop ai slot 2 -> namespace shop-2\ninternal\n└─ web  (service; rebuild)\n   └─ Deployment/web\n',
    ]);
    const json = await run(directory, ['plan', '--env', 'ai', '--slot', '2', '--output', 'json']);
    expect(JSON.parse(json.stdout)).to.deep.include({ kind: 'ExecutionPlan', slot: 2 });
  });

  it('takes variables from the environment only when told, and the command line wins', async () => {
    const env = { SHOP_replicas: '5', replicas: '6' };
    const plain = await run(directory, ['render', '--env', 'dev', '--out', 'a'], env);
    const told = await run(
      directory,
      ['render', '--env', 'dev', '--out', 'b', '--vars-from-env', 'SHOP_'],
      env,
    );
    const both = await run(
      directory,
      ['render', '--env', 'dev', '--out', 'c', '--vars-from-env', 'SHOP_', '--var', 'replicas=7'],
      env,
    );
    expect([plain.code, told.code, both.code]).to.deep.equal([0, 0, 0]);
    const replicas = ['a', 'b', 'c'].map(async (out) => {
      const text = await readFile(
        join(directory, out, 'manifests/web/deployment-web.yaml'),
        'utf8',
      );
      return /replicas: (\d)/.exec(text)?.[1];
    });
    expect(await Promise.all(replicas)).to.deep.equal(['1', '5', '7']);
  });

  it('ends with 64 when the command line is wrong, and says how it is right', async () => {
    for (const args of [
      ['render', '--env', 'dev'],
      ['render', '--env'],
      ['explode'],
      ['plan', '--env', 'dev', '--slot', '0'],
      ['plan', '--env', 'dev', '--var', 'x'],
      ['plan', '--env', 'dev', '--output', 'xml'],
      ['plan', '--env', 'dev', '--root', 'nowhere'],
    ]) {
      const { code, stdout, stderr } = await run(directory, args);
      expect([args.join(' '), code, stdout]).to.deep.equal([args.join(' '), 64, '']);
      expect(stderr).to.match(/^error: /);
    }
  });

  it('ends with 1 when the file is not there or leads outside', async () => {
    const missing = await run(directory, ['validate', '--file', 'nope.yaml']);
    expect([missing.code, missing.stderr]).to.deep.equal([
      1,
      'error: there is no file nope.yaml\n',
    ]);
  });

  it('shows help with examples on stdout', async () => {
    for (const command of ['render', 'validate', 'plan']) {
      const { code, stdout } = await run(directory, [command, '--help']);
      expect(code).to.equal(0);
      expect(stdout).to.include('Examples:').and.include(`codex-k8s-renderer ${command}`);
    }
  });
});
