import { Ajv2020 } from 'ajv/dist/2020.js';
import { reportSchemas } from '@codex-k8s/schema';
import { expect } from 'chai';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTestRepository, git, type TestRepository } from '../testing/index.ts';
import { runProgram } from './index.ts';

const examples = fileURLToPath(new URL('../../../examples', import.meta.url));

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

async function run(...args: string[]): Promise<Ended> {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => (written[name] += text),
  });
  const code = await runProgram(args, { stdout: stream('stdout'), stderr: stream('stderr') });
  return { code, ...written };
}

describe('diff on the command line', () => {
  let repository: TestRepository;
  let file: string;
  let text: string;
  beforeEach(async () => {
    repository = await createTestRepository();
    await cp(join(examples, 'shop'), join(repository.path, 'shop'), { recursive: true });
    await repository.commit({}, 'Begin');
    file = join(repository.path, 'shop/services.yaml');
    text = await readFile(file, 'utf8');
  });
  afterEach(() => repository[Symbol.asyncDispose]());

  const diff = (...args: string[]) =>
    run('diff', '--file', file, '--root', repository.path, ...args);
  const edited = (...edits: [string | RegExp, string][]) => {
    const result = edits.reduce((current, [from, to]) => current.replace(from, to), text);
    expect(result).not.to.equal(text);
    return { 'shop/services.yaml': result };
  };

  it('compares the working tree with HEAD when nothing else is said', async () => {
    expect(await diff('--exit-code')).to.deep.include({ code: 0, stderr: '' });
    await repository.write(edited(['8.1-alpine', '8.2-alpine']));
    const { code, stdout } = await diff('--exit-code');
    expect(code).to.equal(2);
    expect(stdout.split('\n').slice(1)).to.deep.equal([
      'shop/dev (namespace shop-dev)',
      '  ~ cart: tag 8.1-alpine → 8.2-alpine',
      'shop/production (namespace shop-production)',
      '  ~ cart: tag 8.1-alpine → 8.2-alpine',
      '2 environments, 2 units; 2 objects (0 created, 2 changed, 0 removed); only images in 2 units',
      '',
    ]);
    expect((await diff()).code).to.equal(0);
  });

  for (const form of ['loose', 'packed'] as const) {
    it(`compares two commits of ${form} objects, whatever the working tree holds`, async () => {
      await repository.git('checkout', '--quiet', '-b', 'topic');
      await repository.commit(
        edited(
          ['replicas: 3', 'replicas: 4'],
          ['CART_ADDRESS: cart:6379', 'CART_ADDRESS: cart:6380\n          LOG_LEVEL: debug'],
          ["        ingress: { host: '{{ .Vars.domain }}' }\n", ''],
        ),
      );
      if (form === 'packed') await repository.git('gc', '--quiet', '--aggressive', '--prune=now');
      await repository.write({ 'shop/services.yaml': 'broken: [' });
      const { code, stdout } = await diff(
        '--base',
        'main',
        '--head',
        'topic',
        '--env',
        'production',
      );
      expect(code).to.equal(0);
      expect(stdout.split('\n').slice(1, -2)).to.deep.equal([
        'shop/production (namespace shop-production)',
        '  ~ api',
        '    ~ Deployment/api',
        '      ~ spec.replicas: 3 → 4',
        '      ~ spec.template.spec.containers[api].env[CART_ADDRESS].value: cart:6379 → cart:6380',
        '      + spec.template.spec.containers[api].env[LOG_LEVEL]: {name: LOG_LEVEL, value: debug}',
        '  ~ storefront',
        '    ~ Deployment/storefront',
        '      ~ spec.replicas: 3 → 4',
        '    - Ingress/storefront',
      ]);
    });
  }

  it('says what is wrong with the head, in every format, and ends with 1', async () => {
    await repository.write(edited(['image: api', 'image: apo']));
    const plain = await diff('--exit-code');
    expect(plain.code).to.equal(1);
    expect(plain.stderr).to.match(/^shop\/services\.yaml:\d+:\d+ error CK-R-053 /);
    expect(plain.stdout).to.include('dev: does not render');
    const { code, stdout } = await diff('--output', 'github');
    expect([code, stdout.split(',')[0]]).to.deep.equal([1, '::error file=shop/services.yaml']);
    const sarif = JSON.parse((await diff('--output', 'sarif')).stdout);
    expect(sarif.runs[0].results[0].ruleId).to.equal('CK-R-053');
    expect((await diff('--output', 'markdown')).stdout).to.include('**CK-R-053**');
  });

  it('shows the head as created when the base does not render, and says so', async () => {
    await repository.commit({ 'shop/services.yaml': text.replace('image: api', 'image: apo') });
    await repository.write({ 'shop/services.yaml': text });
    const { code, stdout, stderr } = await diff('--env', 'dev', '--exit-code');
    expect(code).to.equal(2);
    expect(stderr).to.match(
      /^the base \(HEAD\) does not render:\nshop\/services\.yaml:\d+:\d+ error CK-R-053/,
    );
    expect(stdout).to.include('the base does not render, everything counts as created');
    expect(stdout).to.include('+ Deployment/api');
    expect((await diff('--output', 'markdown')).stdout).to.include('The base does not render');
  });

  it('knows new and removed environments and stacks', async () => {
    await repository.write(
      edited(['    production:\n      from: dev', '    staging:\n      from: dev']),
    );
    const { environments } = JSON.parse((await diff('--output', 'json')).stdout);
    expect(
      environments.map((found: Record<string, string>) => [found['environment'], found['change']]),
    ).to.deep.equal([
      ['dev', 'unchanged'],
      ['staging', 'created'],
      ['production', 'removed'],
    ]);
    await repository.git('rm', '--quiet', '-r', '--cached', 'shop');
    await repository.git('commit', '--quiet', '-m', 'Forget');
    const fresh = await diff('--env', 'dev', '--exit-code');
    expect(fresh).to.deep.include({ code: 2, stderr: '' });
    expect(fresh.stdout).to.include('shop/dev (namespace shop-dev): created');
  });

  it('compares with a rendered directory, which says what it is of', async () => {
    const out = await mkdtemp(join(tmpdir(), 'ck-state-'));
    const source = ['--file', file, '--root', repository.path];
    await run('render', ...source, '--env', 'production', '--out', join(out, 'shop'));
    const same = await diff('--against', join(out, 'shop'), '--exit-code');
    expect([same.code, same.stdout]).to.deep.equal([
      0,
      `${join(out, 'shop')} → working tree\nshop/production: no changes\nno changes\n`,
    ]);
    await repository.write(edited(['replicas: 3', 'replicas: 5']));
    for (const against of [out, join(out, 'shop')]) {
      const { code, stdout } = await diff('--against', against, '--exit-code');
      expect(code).to.equal(2);
      expect(stdout.match(/spec\.replicas: 3 → 5/g)).to.have.lengthOf(2);
    }
    expect((await diff('--against', out, '--head', 'HEAD', '--exit-code')).code).to.equal(0);
    const other = await diff('--against', join(out, 'shop'), '--env', 'dev');
    expect(other).to.deep.include({ code: 64 });
    await rm(join(out, 'shop/manifests/api'), { recursive: true });
    const unsaid = await diff('--against', out);
    expect([unsaid.code, unsaid.stderr.split(' ')[1]]).to.deep.equal([1, 'CK-R-194']);
    const torn = await diff('--against', out, '--env', 'production');
    expect(torn.stderr).to.match(
      /does not render:\nerror CK-R-194 shop\/plan\.json names manifests\/api\//,
    );
    await rm(out, { recursive: true });
  });

  it('CK-R-194: says what is no rendered stack: torn, with strays, or no plan at all', async () => {
    const state = await createTestRepository();
    const stack = join(state.path, 'shop');
    const source = ['--file', file, '--root', repository.path, '--env', 'dev'];
    await run('render', ...source, '--out', stack);
    await state.commit({});
    const compare = () =>
      run('diff', '--state', '--root', state.path, '--file', join(state.path, 'services.yaml'));
    expect((await compare()).code).to.equal(0);
    await state.write({ 'shop/manifests/api/stray.yaml': 'kind: Secret\n' });
    const stray = await compare();
    expect([stray.code, stray.stderr.split('\n')[0]]).to.deep.equal([
      1,
      'error CK-R-194 shop/manifests/api/stray.yaml stands in no plan: shop/plan.json names it not',
    ]);
    await rm(join(stack, 'manifests/api'), { recursive: true });
    expect((await compare()).stderr).to.match(/CK-R-194 shop\/plan.json names manifests\/api\//);
    await state.write({ 'shop/plan.json': '{}' });
    expect((await compare()).stderr).to.match(/CK-R-194 shop\/plan.json is no execution plan/);
    await state.write({ 'shop/plan.json': '{' });
    expect((await compare()).stderr).to.match(/CK-R-194 shop\/plan.json is not JSON/);
    await state[Symbol.asyncDispose]();
  });

  it('compares revisions of a state repository without rendering', async () => {
    const state = await createTestRepository();
    const source = ['--file', file, '--root', repository.path, '--env', 'production'];
    await run('render', ...source, '--out', join(state.path, 'shop'));
    await state.commit({ 'README.md': 'state\n' });
    await repository.write(edited(['8.1-alpine', '8.2-alpine']));
    await run('render', ...source, '--out', join(state.path, 'shop'));
    await state.commit({});
    const { code, stdout } = await run(
      'diff',
      '--state',
      '--file',
      join(state.path, 'services.yaml'),
      '--root',
      state.path,
      '--base',
      'HEAD~1',
      '--head',
      'HEAD',
      '--exit-code',
    );
    expect([code, stdout.split('\n')[2]]).to.deep.equal([
      2,
      '  ~ cart: tag 8.1-alpine → 8.2-alpine',
    ]);
    await state[Symbol.asyncDispose]();
  });

  it('tells what hooks and migrations run, under the name of the hook', async () => {
    await cp(join(examples, 'project-example'), join(repository.path, 'chat'), { recursive: true });
    await repository.commit({});
    const place = (name: string) => join(repository.path, 'chat', name);
    const args = ['--file', place('services.yaml'), '--root', place(''), '--env', 'production'];
    const out = await mkdtemp(join(tmpdir(), 'ck-state-'));
    await run('render', ...args, '--out', out);
    const same = await run('diff', ...args, '--against', out, '--exit-code');
    expect([same.code, same.stderr]).to.deep.equal([0, '']);
    await rm(out, { recursive: true });
    const edit = async (name: string, ...edits: [string, string][]) => {
      const before = await readFile(place(name), 'utf8');
      const after = edits.reduce((current, [from, to]) => current.replace(from, to), before);
      expect(after).not.to.equal(before);
      await repository.write({ [`chat/${name}`]: after });
    };
    await edit('stack/base.yaml', ['postgres:17-alpine', 'postgres:18-alpine']);
    const images = await run('diff', ...args);
    expect(images.stdout).to.include('  ~ schema: tag 17-alpine → 18-alpine\n');
    await edit(
      'stack/data.yaml',
      ['PGDATABASE: chat\n', 'PGDATABASE: talk\n'],
      ['          retries: 2\n', '          retries: 3\n'],
    );
    const { stdout } = await run('diff', ...args);
    const unit = stdout.slice(stdout.indexOf('  ~ schema\n')).split('\n');
    expect(unit[1]).to.equal('    ~ plan: hooks[tables].retries: 2 → 3');
    expect(unit[2]).to.match(/^ {4}~ Job\/schema-tables-[0-9a-f]+ \(hook tables\)$/);
    expect(unit.slice(3, 6)).to.deep.equal([
      '      ~ spec.backoffLimit: 2 → 3',
      '      ~ spec.template.spec.containers[tables].image: docker.io/library/postgres:17-alpine → docker.io/library/postgres:18-alpine',
      '      ~ spec.template.spec.containers[tables].env[PGDATABASE].value: chat → talk',
    ]);
  });

  it('looks at environments for slots as their first slot, or as the one that is named', async () => {
    const environment = "    ai:\n      from: dev\n      namespaceTemplate: 'shop-{{ .Slot }}'\n";
    await repository.commit(edited(['    production:\n', `${environment}    production:\n`]));
    const withSlots = await readFile(file, 'utf8');
    await repository.write({ 'shop/services.yaml': withSlots.replace('8.1-alpine', '8.2-alpine') });
    expect((await diff()).stdout).to.include('shop/ai slot 1 (namespace shop-1)\n  ~ cart: tag');
    const { stdout } = await diff('--env', 'ai', '--slot', '3');
    expect(stdout).to.include('shop/ai slot 3 (namespace shop-3)\n  ~ cart: tag');
  });

  it('compares from where a branch began', async () => {
    await repository.git('checkout', '--quiet', '-b', 'topic');
    await repository.commit(edited(['8.1-alpine', '8.2-alpine']));
    await repository.git('checkout', '--quiet', 'main');
    await repository.commit(edited(['http-echo:1.0.0', 'http-echo:1.0.1']));
    const args = ['--base', 'main', '--head', 'topic', '--env', 'dev'];
    expect((await diff(...args)).stdout).to.include('api: tag 1.0.1 → 1.0.0');
    const { stdout } = await diff(...args, '--merge-base');
    expect(stdout).to.include('cart: tag').and.not.include('api: tag');
  });

  it('says how to get the history that a shallow clone lacks', async () => {
    await repository.commit(edited(['8.1-alpine', '8.2-alpine']));
    const clone = await mkdtemp(join(tmpdir(), 'ck-clone-'));
    await git(clone, ['clone', '--quiet', '--depth', '1', `file://${repository.path}`, '.']);
    const args = ['diff', '--file', join(clone, 'shop/services.yaml'), '--root', clone];
    const shallow = await run(...args, '--base', 'HEAD~1', '--head', 'HEAD');
    expect([shallow.code, shallow.stdout]).to.deep.equal([1, '']);
    expect(shallow.stderr).to.match(
      /CK-R-192 HEAD~1 is not in this shallow clone\n.*fetch-depth: 0/,
    );
    const json = await run(...args, '--base', 'HEAD~1', '--output', 'json');
    const validate = new Ajv2020().compile(reportSchemas.validation);
    expect([json.code, validate(JSON.parse(json.stdout))]).to.deep.equal([1, true]);
    await rm(clone, { recursive: true });
  });

  it('prints no secret in any format', async () => {
    const secret = (value: string) => ({
      ...edited(
        [
          'CART_ADDRESS: cart:6379',
          `CART_ADDRESS: cart:6379\n          DB_PASSWORD: ${value}\n          URL: amqp://u:${value}@mq\n          GREETING: '{{ .Vars.apiKey }}'`,
        ],
        ['  vars:\n', '  vars:\n    apiKey: {}\n'],
      ),
      'shop/deploy/network/secret.yaml': `apiVersion: v1\nkind: Secret\nmetadata: { name: s }\nstringData: { a: ${value} }\n`,
    });
    await repository.commit(secret('canary-before'));
    await repository.write(secret('canary-after'));
    for (const format of ['text', 'json', 'yaml', 'sarif', 'github', 'markdown'])
      for (const base of ['HEAD', 'HEAD~1']) {
        const ended = await diff(
          '--base',
          base,
          '--env',
          'dev',
          '--output',
          format,
          '--var',
          'apiKey=canary-input',
        );
        expect([format, base, ended.stdout + ended.stderr]).not.to.match(/canary/);
        expect([format, ended.code]).to.deep.equal([format, 0]);
        if (format === 'json') expect(ended.stdout).to.include('DB_PASSWORD');
      }
  });

  it('follows its published schema', async () => {
    await repository.write(edited(['replicas: 3', 'replicas: 5'], ['8.1-alpine', '8.2-alpine']));
    const validate = new Ajv2020({ allowUnionTypes: true }).compile(reportSchemas.diff);
    const { stdout } = await diff('--output', 'json');
    expect([validate(JSON.parse(stdout)), validate.errors]).to.deep.equal([true, null]);
    expect(await diff('--output', 'json')).to.deep.include({ stdout });
  });

  it('ends with 64 when what is asked for does not go together', async () => {
    for (const args of [
      ['--against', '.', '--base', 'main'],
      ['--against', '.', '--merge-base'],
      ['--against', 'nowhere'],
      ['--state', '--env', 'dev'],
      ['--limit', '10'],
      ['--output', 'xml'],
    ]) {
      const { code, stdout, stderr } = await diff(...args);
      expect([args.join(' '), code, stdout]).to.deep.equal([args.join(' '), 64, '']);
      expect(stderr).to.match(/^error: /);
    }
  });
});
