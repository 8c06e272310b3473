import { reportSchemas } from '@codex-k8s/schema';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { git, runMain, stackText } from '../testing/index.ts';
import { allCommands, describeProgram, runProgram } from './index.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.test'];

const stack = stackText(`  vars: { replicas: { type: integer, default: 1 } }
  environments: { dev: , prod: { from: dev, vars: { replicas: 3 } } }
  images: { web: { from: "nginx:1.29" } }
  services:
    - name: web
      codeUpdateStrategy: rebuild
      workload: { image: web, replicas: "{{ .Vars.replicas }}" }
    - name: api
      codeUpdateStrategy: rebuild
      deployGroup: edge
      dependsOn: [web]
      migrations: [{ name: schema, image: web, command: [migrate] }]
      workload: { image: web }
`);

/** Keeps what a stream is given. */
function collector(isTTY = false) {
  const written: string[] = [];
  return { isTTY, text: () => written.join(''), write: (text: string) => written.push(text) };
}

describe('the program', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ck-program-'));
    await writeFile(join(directory, 'services.yaml'), stack);
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));
  const run = (...args: string[]) => runMain(directory, args);

  it('says what every command does, with examples, on stdout', () => {
    const commands = allCommands(describeProgram()).filter(
      ({ commands: inner }) => inner.length === 0,
    );
    expect(commands.map(({ path }) => path)).to.include.members([
      'render',
      'validate',
      'diff',
      'plan',
      'explain',
      'verify',
      'graph',
      'images lock',
      'schema',
      'migrate',
      'prompt-context',
      'init',
      'tools install',
      'completion',
    ]);
    for (const { path, description, after, options } of commands) {
      expect(description, path).to.match(/^[a-z].*[^.]$/s);
      expect(after, path)
        .to.match(/^Examples:\n {2}.*codex-k8s-renderer /m)
        .and.include(path);
      for (const option of options)
        expect(option.description, `${path} ${option.flags}`).not.to.equal('');
    }
  });

  it('ends with 64 and suggests what was meant', async () => {
    const command = await run('rendre');
    expect(command).to.deep.equal({
      code: 64,
      stdout: '',
      stderr:
        "error: unknown command 'rendre'\n(Did you mean render?)\n(add --help for what is possible)\n",
    });
    const option = await run('plan', '--evn', 'dev');
    expect([option.code, option.stdout]).to.deep.equal([64, '']);
    expect(option.stderr).to.include("unknown option '--evn'").and.include('Did you mean --env?');
    const missing = await run('plan');
    expect([missing.code, missing.stderr.split('\n')[0]]).to.deep.equal([
      64,
      "error: required option '-e, --env <name>' not specified",
    ]);
    const schema = await run('schema', 'servces');
    expect([schema.code, schema.stderr]).to.deep.equal([
      64,
      'error: there is no schema servces\nDid you mean "services"?\n',
    ]);
    for (const args of [
      ['completion', 'ksh'],
      ['verify', 'HEAD'],
      ['plan', '-e', 'dev', '--vars-from-env', ''],
    ])
      expect((await run(...args)).code, args.join(' ')).to.equal(64);
  });

  it('ends with 1 when the system refuses a file, and shows no stack', async function () {
    await writeFile(join(directory, 'file'), '');
    const { code, stdout, stderr } = await run('render', '-e', 'dev', '--out', 'file/below');
    expect([code, stdout]).to.deep.equal([1, '']);
    expect(stderr).to.match(
      /^error: cannot \w+ .*file.*: something on the way is not a directory\n$/,
    );
    // Rights mean nothing to root.
    if (process.getuid?.() === 0) return;
    await chmod(join(directory, 'services.yaml'), 0);
    expect((await run('validate')).code).to.equal(1);
  });

  it('ends with 70 on a fault of its own: how to report it, the stack only with --debug', async () => {
    const fault = {
      write: () => {
        throw new TypeError('a stream broke');
      },
    };
    for (const debug of [false, true]) {
      const stderr = collector();
      const args = [...(debug ? ['--debug'] : []), 'schema'];
      const code = await runProgram(args, { stdout: fault, stderr });
      expect(code).to.equal(70);
      expect(stderr.text()).to.match(
        /^error: this is a fault of the renderer, not of your files: a stream broke\nPlease report it/,
      );
      expect(stderr.text()).to.match(/codex-k8s-renderer \d+\.\d+\.\d+, node v/);
      expect(stderr.text().includes('    at ')).to.equal(debug);
    }
  });

  it('colours as the terminal and the environment say', async () => {
    const broken = join(directory, 'broken.yaml');
    await writeFile(broken, stack.replace('image: web', 'image: wbe'));
    const args = ['plan', '--file', 'broken.yaml', '-e', 'dev'];
    const isColoured = async (env: Record<string, string>) =>
      (await runMain(directory, args, { NO_COLOR: '', FORCE_COLOR: '', ...env })).stderr.includes(
        '\x1b[',
      );
    expect(await isColoured({})).to.equal(false);
    expect(await isColoured({ FORCE_COLOR: '1' })).to.equal(true);
    expect(await isColoured({ NO_COLOR: '1' })).to.equal(false);
    expect(await isColoured({ FORCE_COLOR: '0' })).to.equal(false);
  });

  it('is quiet when its reader has seen enough, and still tells how it ended', async () => {
    const child = spawn(process.execPath, [main, 'schema', 'services'], { cwd: directory });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect([code, stderr]).to.deep.equal([0, '']);
  });

  it('ends with 1 when what it prints cannot be written', async function () {
    // A file that is always full; Linux has it.
    const full = await open('/dev/full', 'w').catch(() => undefined);
    if (full === undefined) this.skip();
    const stdio = ['ignore', full.fd, 'pipe'] as const;
    const child = spawn(process.execPath, [main, 'schema', 'services'], {
      cwd: directory,
      stdio: [...stdio],
    });
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const code = await new Promise((resolve) => child.on('close', resolve));
    await full.close();
    expect([code, stderr]).to.deep.equal([1, 'error: cannot write the output: no space left\n']);
  });

  it('ends by the signal on Ctrl-C, and the next render knows what was left', async () => {
    const services = Array.from(
      { length: 3000 },
      (_, index) =>
        `    - { name: s${index}, codeUpdateStrategy: rebuild, workload: { image: web } }\n`,
    );
    const many = stackText(
      `  environments: { dev: }\n  images: { web: { from: "nginx:1.29" } }\n  services:\n${services.join('')}`,
    );
    await writeFile(join(directory, 'many.yaml'), many);
    const args = ['render', '--file', 'many.yaml', '-e', 'dev', '--out', 'out'];
    const child = spawn(process.execPath, [main, ...args], { cwd: directory });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const ended = new Promise<NodeJS.Signals | null>((resolve) =>
      child.on('close', (_, signal) => resolve(signal)),
    );
    // In the middle of writing: the first files stand.
    const deadline = performance.now() + 20_000;
    let files = 0;
    while (files < 20 && performance.now() < deadline)
      files = (await readdir(join(directory, 'out/manifests')).catch(() => [])).length;
    child.kill('SIGINT');
    expect([await ended, stderr]).to.deep.equal(['SIGINT', '']);
    const again = await run('render', '-e', 'dev', '--out', 'out');
    expect(again.code, again.stderr).to.equal(0);
    expect(await readdir(join(directory, 'out/manifests'))).to.deep.equal(['api', 'web']);
  });

  it('renders again into what it wrote, hooks included, and leaves other files alone', async () => {
    expect((await run('render', '-e', 'dev', '--out', 'out')).code).to.equal(0);
    const before = await readdir(join(directory, 'out/manifests/api'));
    expect(before.some((name) => name.startsWith('job-'))).to.equal(true);
    await writeFile(
      join(directory, 'services.yaml'),
      stack.replace('command: [migrate]', 'command: [up]'),
    );
    expect((await run('render', '-e', 'dev', '--out', 'out')).code).to.equal(0);
    expect(await readdir(join(directory, 'out/manifests/api'))).to.have.length(before.length);
    await writeFile(join(directory, 'out/manifests/api/mine.yaml'), 'mine\n');
    await writeFile(join(directory, 'out/README.md'), 'mine\n');
    const refused = await run('render', '-e', 'prod', '--out', 'out');
    expect([refused.code, refused.stderr]).to.deep.equal([
      64,
      'error: out/manifests/api/mine.yaml is not from a render: move it away, or choose another --out\n',
    ]);
    expect(await readFile(join(directory, 'out/manifests/api/mine.yaml'), 'utf8')).to.equal(
      'mine\n',
    );
  });

  it('checks a rendered directory without writing to it', async () => {
    await run('render', '-e', 'dev', '--out', 'out');
    expect(await run('render', '-e', 'dev', '--out', 'out', '--check')).to.include({
      code: 0,
      stdout: '',
    });
    const differs = await run('render', '-e', 'prod', '--out', 'out', '--check');
    expect([differs.code, differs.stdout.split('\n')]).to.deep.include(2);
    expect(differs.stdout)
      .to.include('modified plan.json\n')
      .and.include('modified manifests/web/');
    expect(await run('render', '-e', 'dev', '--out', 'out', '--check')).to.include({ code: 0 });
  });

  it('prints a plan in the order of the deployment, with jobs where they run', async () => {
    const { code, stderr, stdout } = await run('plan', '-e', 'dev');
    expect([code, stderr]).to.deep.equal([0, '']);
    expect(stdout.replace(/schema-[0-9a-f]{8}/, 'schema-*')).to
      .equal(`shop/shop dev -> namespace shop-dev
internal
└─ web  (service; rebuild)
   └─ Deployment/web
edge
└─ api  (service; rebuild; after web)
   ├─ Job/api-schema-*  migration schema, before it is applied
   └─ Deployment/api
`);
    const yaml = await run('plan', '-e', 'dev', '--output', 'yaml');
    expect(yaml.stdout).to.match(/^apiVersion: codex-k8s.dev\/v1alpha1\nkind: ExecutionPlan\n/);
  });

  it('explains a field, as text and as JSON', async () => {
    const text = await run('explain', 'prod', 'deploy/web', 'spec.replicas');
    expect([text.code, text.stderr, text.stdout]).to.deep.equal([
      0,
      '',
      `Deployment/web spec.replicas = 3
  unit web in prod, manifests/web/deployment-web.yaml

from services.yaml:12:41  "{{ .Vars.replicas }}"
  at spec.services[0].workload.replicas
  reads .Vars.replicas = 3

from services.yaml:7:63  3
  at spec.environments.prod.vars.replicas
  over services.yaml:6:47  1  at spec.vars.replicas.default
`,
    ]);
    const json = await run(
      'explain',
      'prod',
      'deploy/web',
      'spec.replicas',
      '--var',
      'replicas=5',
      '-o',
      'json',
    );
    expect(JSON.parse(json.stdout)).to.deep.include({ kind: 'Explanation', value: 5 });
    const unknown = await run('explain', 'prod', 'deploy/web', 'spec.replica');
    expect([unknown.code, unknown.stdout, unknown.stderr]).to.deep.equal([
      1,
      '',
      'error: deploy/web: spec has no field replica\n  Did you mean "replicas"?\n',
    ]);
  });

  it('prints JSON that follows the published schemas, of success and failure', async () => {
    const ajv = new Ajv2020({ strict: true });
    const follows = (schema: { $id: string }, stdout: string) => {
      const validate = ajv.getSchema(schema.$id) ?? ajv.compile(schema);
      expect(validate(JSON.parse(stdout)), JSON.stringify(validate.errors)).to.equal(true);
    };
    const { render, validation } = reportSchemas;
    const args = ['-e', 'dev', '-o', 'json'];
    follows(render, (await run('render', ...args, '--out', 'out')).stdout);
    follows(render, (await run('render', ...args, '--out', 'none', '--check')).stdout);
    follows(validation, (await run('validate', ...args)).stdout);
    await writeFile(join(directory, 'services.yaml'), stack.replace('image: web', 'image: wbe'));
    for (const command of [['render', '--out', 'out'], ['plan'], ['validate'], ['prompt-context']])
      follows(validation, (await run(...command, ...args)).stdout);
    const explained = await run('explain', 'dev', 'deploy/web', 'spec', '-o', 'json');
    follows(validation, explained.stdout);
    expect(explained.code).to.equal(1);
  });

  it('verifies a state commit, and tells a difference from what it cannot judge', async () => {
    await git(directory, ['init', '--quiet']);
    await git(directory, ['add', 'services.yaml']);
    await git(directory, [...identity, 'commit', '--quiet', '-m', 'source']);
    const sha = await git(directory, ['rev-parse', 'HEAD']);
    const state = await mkdtemp(join(tmpdir(), 'ck-state-'));
    try {
      await git(state, ['init', '--quiet']);
      const rendered = await run('render', '-e', 'dev', '--out', join(state, 'shop'), '-o', 'json');
      const hash = JSON.parse(rendered.stdout).contentHash;
      await git(state, ['add', '--all']);
      const trailer = (source: string) => `Codex-Stack: shop ${hash} ${source} run-1`;
      await git(state, [...identity, 'commit', '--quiet', '-m', `dev: shop\n\n${trailer(sha)}`]);
      const args = ['verify', 'HEAD', '--state', state, '--source', '.'];
      const fine = await run(...args);
      expect([fine.code, fine.stdout]).to.deep.equal([
        0,
        `shop verified: content ${hash.slice(0, 12)}, source ${sha.slice(0, 12)}\n`,
      ]);
      const differs = await run(...args, '--var', 'replicas=9');
      expect([differs.code, differs.stdout]).to.deep.include(2);
      expect(differs.stdout).to.include('\n  modified shop/manifests/web/deployment-web.yaml\n');
      await git(state, ['mv', 'shop', 'store']);
      await git(state, [...identity, 'commit', '--quiet', '-m', 'moved by hand']);
      const unrecorded = await run(...args, '-o', 'json');
      expect(unrecorded.code).to.equal(1);
      expect(JSON.parse(unrecorded.stdout).stacks[0]).to.include({ result: 'unrecorded' });
      expect((await run('verify', 'nope', '--state', state, '--source', '.')).code).to.equal(1);
      expect(
        (await run('verify', 'HEAD', '--state', join(state, '..'), '--source', '.')).code,
      ).to.equal(1);
    } finally {
      await rm(state, { recursive: true, force: true });
    }
  });

  it('starts a services.yaml that is valid and renders at once, and never overwrites one', async () => {
    const place = await mkdtemp(join(tmpdir(), 'CK_Init.'));
    try {
      const first = await runMain(place, ['init']);
      expect([first.code, first.stdout]).to.deep.equal([0, '']);
      const text = await readFile(join(place, 'services.yaml'), 'utf8');
      expect(text).to.match(/^# yaml-language-server: \$schema=https:\/\/\S+\n/);
      const valid = await runMain(place, ['validate']);
      expect([valid.code, valid.stdout]).to.deep.equal([0, '']);
      expect((await runMain(place, ['render', '-e', 'production', '--out', 'out'])).code).to.equal(
        0,
      );
      const second = await runMain(place, ['init']);
      expect([second.code, second.stderr]).to.deep.equal([
        1,
        'error: services.yaml exists already: it is left as it is\n',
      ]);
      expect(await readFile(join(place, 'services.yaml'), 'utf8')).to.equal(text);
    } finally {
      await rm(place, { recursive: true, force: true });
    }
  });

  it('starts with the Dockerfiles that are there', async () => {
    await rm(join(directory, 'services.yaml'));
    for (const [path, text] of [
      [
        'services/api',
        'FROM node:26 AS build\nEXPOSE 1\nFROM node:26\nEXPOSE 3000 9090/tcp 53/udp $PORT\n',
      ],
      ['web', 'FROM nginx:1.29\n'],
    ] as const) {
      await git(directory, ['init', '--quiet', path]);
      await writeFile(join(directory, path, 'Dockerfile'), text);
    }
    expect((await run('init', '--name', 'store')).stderr).to.include(
      'services from web, services/api',
    );
    const valid = await run('validate');
    expect([valid.code, valid.stdout]).to.deep.equal([0, '']);
    const plan = JSON.parse((await run('plan', '-e', 'dev', '-o', 'json')).stdout);
    expect(plan.units.map(({ name }: { name: string }) => name)).to.deep.equal(['api', 'web']);
    const text = await readFile(join(directory, 'services.yaml'), 'utf8');
    expect(text).to.include('ports: [{ port: 3000 }, { name: port-9090, port: 9090 }]');
  });

  it('prints what an agent should know, the graph and schemas as data', async () => {
    const context = await run('prompt-context', '-e', 'dev');
    expect(JSON.parse(context.stdout)).to.deep.include({
      kind: 'PromptContext',
      environment: 'dev',
    });
    expect((await run('graph', '-e', 'dev')).stdout).to.match(/^---\ntitle: "shop\/shop dev"\n/);
    expect((await run('graph', '-e', 'dev', '-o', 'dot')).stdout).to.match(
      /^digraph "shop\/shop dev" \{/,
    );
    const names = (await run('schema')).stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0] ?? '');
    expect(names).to.include.members(['services', 'execution-plan', 'diff', 'explanation']);
    for (const name of names)
      expect(JSON.parse((await run('schema', name)).stdout).$id, name).to.include(
        `/${name}.schema.json`,
      );
  });
});
