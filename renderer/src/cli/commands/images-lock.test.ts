import { reportSchemas } from '@codex-k8s/schema';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startTestRegistry, type TestRegistry } from '../../images/testing/index.ts';
import { stackText } from '../../testing/index.ts';

const main = fileURLToPath(new URL('../../main.ts', import.meta.url));
const alice = { username: 'alice', password: 'pass:word' };

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

describe('images lock', () => {
  let directory: string;
  let registry: TestRegistry;
  let digests: Record<string, string>;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ck-lock-'));
    registry = await startTestRegistry({ access: { kind: 'token', ...alice, isPublic: true } });
    digests = {};
    for (const image of ['team/web:1', 'team/web:2', 'node:26', 'node:dev'])
      digests[image] = await registry.push(
        image.split(':')[0] ?? '',
        image.split(':')[1] ?? '',
        image,
      );
    await mkdir(join(directory, 'api'));
    await writeFile(
      join(directory, 'api/Dockerfile'),
      `FROM ${registry.host}/node:dev AS dev\nFROM ${registry.host}/node:26 AS run\n`,
    );
    await writeFile(join(directory, 'services.yaml'), stack());
  });
  afterEach(async () => {
    await registry.close();
    await rm(directory, { recursive: true, force: true });
  });

  /** One image differs by environment, one is built, one is named by its digest. */
  function stack(web = '{{ .Vars.web }}'): string {
    const { host } = registry;
    return stackText(`  vars: { web: { default: "1" } }
  environments:
    dev:
    production: { protected: true, vars: { web: "2" } }
  images:
    web: { from: "${host}/team/web:${web}" }
    api: { type: build, repository: ${host}/team/api, context: api }
    known: { from: "${host}/team/known@sha256:${'0'.repeat(64)}" }
  services:
    - name: api
      codeUpdateStrategy: "{{ ternary (eq .Env \\"dev\\") \\"hot-reload\\" \\"rebuild\\" }}"
      hotReload: { source: api, mountPath: /src, target: dev }
      workload: { image: api }
    - name: web
      codeUpdateStrategy: rebuild
      workload: { image: web }
`);
  }

  function run(...args: string[]): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const options = { cwd: directory, env: { PATH: '', HOME: directory } };
      execFile(process.execPath, [main, ...args], options, (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        if (typeof code === 'number') resolve({ code, stdout, stderr });
        else reject(error ?? new Error('no exit code'));
      });
    });
  }

  const lockText = (): Promise<string> => readFile(join(directory, 'images.lock'), 'utf8');

  function expectedLock(images: readonly string[]): string {
    const lines = images.map((image) => `  "${registry.host}/${image}": ${digests[image]}\n`);
    return `apiVersion: codex-k8s.dev/v1alpha1\nkind: ImagesLock\nimages:\n${lines.join('')}`;
  }

  it('locks what any environment uses, the bases of builds included, and says each as it goes', async () => {
    const { code, stdout, stderr } = await run('images', 'lock');
    expect(stderr).to.contain(`/4] ${registry.host}/node:26 ${digests['node:26']}\n`);
    expect(stderr).to.match(/images\.lock: 4 locked, 4 new, 0 moved, 0 no longer used\n$/);
    expect([code, stdout]).to.deep.equal([0, '']);
    const text = await lockText();
    expect(text.replaceAll(/^#.*\n/gm, '')).to.equal(
      expectedLock(['node:26', 'node:dev', 'team/web:1', 'team/web:2']),
    );
    expect(text).to.match(/^# /);
    expect(await readdir(directory)).to.deep.equal(['api', 'images.lock', 'services.yaml']);
  });

  it('makes a protected environment renderable: every reference with its digest', async () => {
    const before = await run('render', '--env', 'production', '--out', 'out');
    expect(before.code).to.equal(1);
    expect(before.stderr).to.contain('services.yaml:11:18 error CK-R-110');
    expect(before.stderr).to.contain('api/Dockerfile:2:6 error CK-R-110');
    await run('images', 'lock');
    const { code, stderr } = await run('render', '--env', 'production', '--out', 'out');
    expect(code, stderr).to.equal(0);
    const web = await readFile(join(directory, 'out/manifests/web/deployment-web.yaml'), 'utf8');
    expect(web).to.contain(`image: "${registry.host}/team/web:2@${digests['team/web:2']}"`);
  });

  it('is current when it says so: a new tag and one that nothing uses are told by --check', async () => {
    expect((await run('images', 'lock', '--check')).code).to.equal(2);
    await run('images', 'lock');
    const text = await lockText();
    expect(await run('images', 'lock', '--check')).to.deep.equal({
      code: 0,
      stdout: '',
      stderr: 'images.lock is current\n',
    });
    await writeFile(join(directory, 'services.yaml'), stack('3'));
    const { code, stdout } = await run('images', 'lock', '--check', '--output', 'json');
    expect(code).to.equal(2);
    expect(JSON.parse(stdout)).to.deep.equal({
      ok: false,
      lock: 'images.lock',
      missing: [`${registry.host}/team/web:3`],
      moved: [],
      unused: [`${registry.host}/team/web:1`, `${registry.host}/team/web:2`],
    });
    expect(await lockText()).to.equal(text);
    await writeFile(join(directory, 'services.yaml'), stack('1'));
    const written = await run('images', 'lock', '--output', 'json');
    const validate = new Ajv2020().compile(reportSchemas.lockReport);
    for (const report of [stdout, written.stdout])
      expect(validate(JSON.parse(report)), report).to.equal(true);
  });

  it('keeps what is locked when a tag moves, until it is asked for new digests', async () => {
    await run('images', 'lock');
    const text = await lockText();
    const moved = await registry.push('team/web', '1', 'moved');
    registry.requests.length = 0;
    await run('images', 'lock');
    expect([await lockText(), registry.requests]).to.deep.equal([text, []]);
    const check = await run('images', 'lock', '--check', '--update');
    expect([check.code, check.stdout]).to.deep.equal([2, `moved ${registry.host}/team/web:1\n`]);
    expect(await lockText()).to.equal(text);
    const update = await run('images', 'lock', '--update');
    expect(update.stderr).to.contain('4 locked, 0 new, 1 moved');
    expect(await lockText()).to.equal(text.replace(digests['team/web:1'] ?? '', moved));
  });

  it('looks at one environment without touching what the others use', async () => {
    await run('images', 'lock', '--env', 'production');
    const text = await lockText();
    expect(text).to.contain('team/web:2').and.not.to.contain('team/web:1');
    await run('images', 'lock', '--env', 'dev');
    expect(await lockText())
      .to.contain('team/web:2')
      .and.to.contain('team/web:1');
  });

  it('ends with 69 and writes nothing when a registry is not available', async () => {
    await run('images', 'lock');
    const text = await lockText();
    registry.failNext(503, 1000, { 'retry-after': '0' });
    const { code, stderr } = await run('images', 'lock', '--update', '--timeout', '5');
    expect([code, await lockText()]).to.deep.equal([69, text]);
    expect(stderr).to.contain('answers 503 (services.yaml:11:18)');
    expect(stderr).to.match(/error: 4 images have no digest; images\.lock stays as it is\n$/);
  });

  it('ends with 1 when there is no such tag', async () => {
    await writeFile(join(directory, 'services.yaml'), stack('3'));
    const { code, stderr } = await run('images', 'lock');
    expect(code).to.equal(1);
    expect(stderr).to.contain(`${registry.host} has no image team/web:3; images.lock stays`);
    expect(await readdir(directory)).not.to.include('images.lock');
  });

  it('takes credentials from the file it is told, and never from the home directory', async () => {
    const closed = await startTestRegistry({
      access: { kind: 'token', ...alice, isPublic: false },
    });
    try {
      await closed.push('team/web', '1', 'one');
      const auth = Buffer.from(`${alice.username}:${alice.password}`).toString('base64');
      const config = JSON.stringify({ auths: { [closed.host]: { auth } } });
      await mkdir(join(directory, '.docker'));
      await writeFile(join(directory, '.docker/config.json'), config);
      const text = stackText(
        `  environments: { dev: }\n  images: { web: { from: "${closed.host}/team/web:1" } }\n`,
      );
      await writeFile(join(directory, 'services.yaml'), text);
      const refused = await run('images', 'lock');
      expect(refused.code).to.equal(69);
      expect(refused.stderr).to.contain(`${closed.host} refuses team/web:1`);
      const allowed = await run('images', 'lock', '--docker-config', '.docker/config.json');
      expect(allowed.code, allowed.stderr).to.equal(0);
    } finally {
      await closed.close();
    }
  });

  it('says what is wrong in the stack or in the lock, and asks nobody', async () => {
    await writeFile(join(directory, 'images.lock'), 'kind: ImagesLock\n');
    const lock = await run('images', 'lock');
    expect(lock.code).to.equal(1);
    expect(lock.stderr).to.contain('images.lock:1:1 error CK-R-021');
    await rm(join(directory, 'images.lock'));
    await writeFile(join(directory, 'services.yaml'), stack().replace('team/web:', 'Team/web:'));
    const broken = await run('images', 'lock');
    expect(broken.code).to.equal(1);
    expect(broken.stderr).to.contain('services.yaml:11:18 error CK-R-052');
    expect((await run('images', 'lock', '--env', 'nope')).stderr).to.contain('CK-R-030');
  });
});
