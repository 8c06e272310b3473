import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import {
  installedPrograms,
  installTimeoutMs,
  nameOf,
  repositoryStacks,
} from '../../renderer/src/testing/index.ts';
import { packRenderer, root, type PackedPackage } from './index.ts';

const run = promisify(execFile);
const path = process.env['PATH'] ?? '';

/** Every file of a directory with its content. */
async function contentsOf(directory: string): Promise<Record<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const contents = files.map(async (entry): Promise<[string, string]> => {
    const file = join(entry.parentPath, entry.name);
    return [file.slice(directory.length + 1), await readFile(file, 'utf8')];
  });
  return Object.fromEntries((await Promise.all(contents)).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Every Node on PATH that the package promises to run on, and the one that runs the tests. */
async function everyNode(): Promise<string[]> {
  const programs = new Set([await realpath(process.execPath)]);
  for (const folder of path.split(delimiter)) {
    const program = join(folder, 'node');
    if (!existsSync(program)) continue;
    const { stdout } = await run(program, ['--version']);
    if (Number(/^v(\d+)/.exec(stdout)?.[1]) >= 20) programs.add(await realpath(program));
  }
  return [...programs];
}

describe('the packed renderer', function () {
  this.timeout(120_000);
  let directory: string;
  let folder: string;
  let packed: PackedPackage;
  /** The environment of somebody who has nothing: no home, no cache, no settings of npm. */
  let bare: Record<string, string>;

  before(async () => {
    directory = await realpath(await mkdtemp(join(tmpdir(), 'ck-packed-')));
    const home = join(directory, 'home');
    folder = join(directory, 'an empty folder');
    for (const made of [home, folder]) await mkdir(made);
    bare = { PATH: path, HOME: home };
    packed = await packRenderer(join(directory, 'out'));
    await writeFile(join(folder, 'package.json'), '{"private":true,"type":"module"}\n');
    const args = ['install', '--offline', '--no-audit', '--no-fund', packed.tarball];
    await run('npm', args, { cwd: folder, env: bare });
  });
  after(() => rm(directory, { recursive: true, force: true }));

  it('installs without a registry, alone: nothing else comes with it', async () => {
    const { stdout } = await run('npm', ['ls', '--all', '--parseable'], { cwd: folder, env: bare });
    expect(stdout.trim().split('\n').slice(1)).to.deep.equal([
      join(folder, 'node_modules/@codex-k8s/renderer'),
    ]);
    const manifest: unknown = JSON.parse(
      await readFile(join(packed.directory, 'package.json'), 'utf8'),
    );
    expect(manifest).not.to.have.any.keys('dependencies', 'scripts', 'private');
  });

  it('is small, and holds no Kubernetes client and no database', () => {
    expect(packed.bytes).to.be.lessThan(1024 * 1024);
    const packages = packed.bundle.inputs.flatMap(
      (input) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? [],
    );
    expect(packages).to.include.members(['commander', 'yaml']);
    const unwanted = /kubernetes|mikro|^pg$|pglite|postgres|sqlite|knex|octokit|fastify/;
    expect(packages.filter((name) => unwanted.test(name))).to.deep.equal([]);
    expect(
      packed.bundle.inputs.filter((input) => /^(?:controller|api|platform)\//.test(input)),
    ).to.deep.equal([]);
  });

  it('names the licence of everything it holds', async () => {
    const notices = await readFile(join(packed.directory, 'THIRD-PARTY.md'), 'utf8');
    expect(notices)
      .to.match(/^## commander \d/m)
      .and.match(/^## yaml \d.* \(ISC\)/m);
    expect(notices).not.to.include('unknown');
  });

  it('renders the same bytes as the workspace, with npx, elsewhere, and on every Node here', async () => {
    const shop = join(directory, 'shop of somebody');
    await cp(join(root, 'examples/shop'), shop, { recursive: true });
    for (const environment of ['dev', 'production']) {
      const expected = join(directory, `workspace-${environment}`);
      const render = ['render', '--env', environment, '--output', 'json', '--out'];
      const workspace = await run(
        process.execPath,
        [join(root, 'renderer/src/main.ts'), ...render, expected],
        { cwd: join(root, 'examples/shop') },
      );
      const contents = await contentsOf(expected);
      expect(Object.keys(contents).length).to.be.greaterThan(8);
      const places = [
        { TZ: 'UTC', LC_ALL: 'C' },
        { TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' },
      ];
      for (const node of await everyNode()) {
        for (const [index, place] of places.entries()) {
          const out = join(directory, `out-${environment}`);
          const env = { ...bare, ...place, PATH: `${dirname(node)}${delimiter}${path}` };
          const [program, args] =
            index === 0
              ? ['npx', ['--offline', 'codex-k8s-renderer']]
              : [node, [join(folder, 'node_modules/@codex-k8s/renderer/dist/cli.js')]];
          const file = ['--file', join(shop, 'services.yaml'), '--root', shop];
          const { stdout } = await run(program, [...args, ...render, out, ...file], {
            cwd: folder,
            env,
          });
          expect(await contentsOf(out), `${node} ${place.TZ}`).to.deep.equal(contents);
          expect(JSON.parse(stdout)).to.deep.equal(JSON.parse(workspace.stdout));
          await rm(out, { recursive: true });
        }
      }
    }
  });

  it('compares commits without the git program, on every Node here', async () => {
    const repository = join(directory, 'repository');
    await cp(join(root, 'examples/shop'), repository, { recursive: true });
    const git = (...args: string[]) =>
      run('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.test', ...args], {
        cwd: repository,
        env: { ...bare, GIT_CONFIG_NOSYSTEM: '1' },
      });
    await git('init', '--quiet');
    await git('add', '--all');
    await git('commit', '--quiet', '-m', 'First');
    await git('gc', '--quiet');
    const file = join(repository, 'services.yaml');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('valkey:8.1', 'valkey:8.2'));
    await git('commit', '--quiet', '--all', '-m', 'Second');
    const cli = join(folder, 'node_modules/@codex-k8s/renderer/dist/cli.js');
    for (const node of await everyNode()) {
      const args = [cli, 'diff', '--base', 'HEAD~1', '--head', 'HEAD', '--env', 'dev'];
      const { stdout } = await run(node, args, {
        cwd: repository,
        env: { ...bare, PATH: '/nowhere' },
      });
      expect(stdout, node).to.include('  ~ cart: tag 8.1-alpine → 8.2-alpine\n');
    }
  });

  for (const stack of repositoryStacks)
    it(`renders the golden files of ${nameOf(stack)}`, async function () {
      const { directory: place, environment, slot, needsPrograms } = stack;
      if (needsPrograms === true) this.timeout(installTimeoutMs);
      const tools = needsPrograms === true ? await installedPrograms() : undefined;
      if (tools?.missing !== undefined) throw new Error(tools.missing);
      const out = join(directory, 'golden');
      const args = ['render', '--env', environment, '--out', out];
      await run(
        join(folder, 'node_modules/.bin/codex-k8s-renderer'),
        slot === undefined ? args : [...args, '--slot', String(slot)],
        {
          cwd: join(root, place),
          env: { ...bare, TZ: 'Asia/Kathmandu', CODEXK8S_TOOLS_DIR: tools?.directory ?? '' },
        },
      );
      const { 'plan.json': plan, ...manifests } = await contentsOf(out);
      await rm(out, { recursive: true });
      const golden = join(root, 'renderer/testdata/rendered', nameOf(stack));
      expect(plan).to.equal(await readFile(`${golden}.plan.json`, 'utf8'));
      const texts = Object.entries(manifests).map(([file, text]) => `--- # ${file}\n${text}`);
      expect(texts.join('')).to.equal(await readFile(`${golden}.yaml`, 'utf8'));
    });

  it('reports mistakes as the workspace does: the validators were compiled when it was packed', async () => {
    const file = join(folder, 'services.yaml');
    const text = await readFile(join(root, 'examples/shop/services.yaml'), 'utf8');
    await writeFile(
      file,
      text.replace('kind: StatefulSet', 'kind: Statefulset').replace('port: 6379', 'prot: 6379'),
    );
    const outputs: string[] = [];
    for (const program of [
      join(root, 'renderer/src/main.ts'),
      join(folder, 'node_modules/.bin/codex-k8s-renderer'),
    ]) {
      const args = [program, 'validate', '--file', file, '--output', 'json'];
      const failed: unknown = await run(process.execPath, args, { cwd: folder }).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failed).to.have.property('code', 1);
      outputs.push(stdoutOf(failed));
    }
    expect(outputs[0]).to.include('prot');
    expect(outputs[1]).to.equal(outputs[0]);
  });

  it('is a typed library, too', async () => {
    await writeFile(
      join(folder, 'use.ts'),
      `import { createMemoryReader, createRenderer, type RenderedStack } from '@codex-k8s/renderer';
const reader = createMemoryReader({ 'services.yaml': 'kind: Nothing' });
const result = await createRenderer().render({ reader, file: 'services.yaml', environment: 'dev' });
const hash: RenderedStack['contentHash'] | undefined = result.ok ? result.rendered.contentHash : undefined;
// @ts-expect-error -- the environment is missing
createRenderer().render({ reader, file: 'services.yaml' });
console.log(hash ?? (result.ok ? '' : result.diagnostics.map(({ code }) => code).join()));
`,
    );
    const options = '--strict --target es2023 --module nodenext --types node --outDir built'.split(
      ' ',
    );
    const typeRoots = ['--typeRoots', join(root, 'node_modules/@types')];
    await run(join(root, 'node_modules/.bin/tsc'), [...options, ...typeRoots, 'use.ts'], {
      cwd: folder,
    });
    const { stdout } = await run(process.execPath, ['built/use.js'], { cwd: folder });
    expect(stdout).to.match(/^CK-/);
  });
});

function stdoutOf(failure: unknown): string {
  return typeof failure === 'object' && failure !== null && 'stdout' in failure
    ? String(failure.stdout)
    : '';
}
