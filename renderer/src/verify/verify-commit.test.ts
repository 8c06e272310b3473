import { reportSchemas, type Verification } from '@codex-k8s/schema';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openRepository } from '../git/index.ts';
import type { RenderedStack } from '../rendered-stack.ts';
import { createRenderer } from '../renderer.ts';
import { createFilesystemReader } from '../readers/index.ts';
import { git, stackText } from '../testing/index.ts';
import { verifyCommit, type VerifyRequest } from './verify-commit.ts';

const isVerification = new Ajv2020({ strict: true }).compile(reportSchemas.verification);
const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.test'];

function shop(replicas: string): string {
  return stackText(`  vars: { replicas: { type: integer, default: 1 } }
  environments: { dev: , prod: }
  images: { web: { from: "nginx:1.29" } }
  services:
    - name: web
      codeUpdateStrategy: rebuild
      workload: { image: web, replicas: ${replicas} }
`);
}

describe('the verification of a state commit', () => {
  let directory: string;
  let source: string;
  let state: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ck-verify-'));
    source = join(directory, 'source');
    state = join(directory, 'state');
    for (const path of [source, state]) {
      await mkdir(path);
      await git(path, ['init', '--quiet']);
    }
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  async function commit(at: string, files: Record<string, string>, message: string) {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(at, path)), { recursive: true });
      await writeFile(join(at, path), text);
    }
    await git(at, ['add', '--all']);
    await git(at, [...identity, 'commit', '--quiet', '--allow-empty', '-m', message]);
    return git(at, ['rev-parse', 'HEAD']);
  }

  async function render(environment: string, vars: Record<string, string> = {}) {
    const reader = await createFilesystemReader(source);
    const file = 'services.yaml';
    const result = await createRenderer().render({ reader, file, environment, vars });
    if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
    return result.rendered;
  }

  /** Publishes as the platform does: the files, and where they come from in the trailers. */
  async function publish(
    { stack, files, contentHash }: RenderedStack,
    sha: string,
  ): Promise<string> {
    const decoder = new TextDecoder();
    await rm(join(state, stack), { recursive: true, force: true });
    const texts = files.map(({ path, bytes }) => [`${stack}/${path}`, decoder.decode(bytes)]);
    return commit(
      state,
      Object.fromEntries(texts),
      `dev: ${stack}\n\nCodex-Run: run-1\nCodex-Stack: ${stack} ${contentHash} ${sha} run-1\nCodex-Renderer: 0.1.0/1\nCodex-Correlation: c-1\n`,
    );
  }

  async function verify(
    revision = 'HEAD',
    extra: Partial<VerifyRequest> = {},
  ): Promise<Verification> {
    const verification = await verifyCommit({
      state: await openRepository(state),
      commit: revision,
      sources: [await openRepository(source)],
      renderer: createRenderer(),
      file: 'services.yaml',
      inputs: {},
      stacks: [],
      ...extra,
    });
    expect(isVerification(verification), JSON.stringify(isVerification.errors)).to.equal(true);
    return verification;
  }

  const results = ({ stacks }: Verification) => stacks.map(({ stack, result }) => [stack, result]);

  it('proves what the recorded source renders to, also where later commits left it alone', async () => {
    const sha = await commit(source, { 'services.yaml': shop('2') }, 'first');
    const published = await publish(await render('prod'), sha);
    // Neither later sources nor later state commits change what this directory is.
    await commit(source, { 'services.yaml': shop('3') }, 'second');
    const later = await commit(state, { 'README.md': 'about\n' }, 'a person');
    const verification = await verify(later);
    expect(verification.verified).to.equal(true);
    expect(verification.stacks[0]).to.deep.include({
      stack: 'shop',
      result: 'verified',
      environment: 'prod',
      source: sha,
      run: 'run-1',
      recordedBy: published,
      renderer: '0.1.0/1',
    });
  });

  it('names the files that are not as they render', async () => {
    const sha = await commit(source, { 'services.yaml': shop('2') }, 'first');
    const rendered = await render('dev');
    const directoryOf = 'shop/manifests/web';
    await publish(rendered, sha);
    const tampered = await commit(
      state,
      {
        [`${directoryOf}/deployment-web.yaml`]: 'kind: Other\n',
        [`${directoryOf}/more.yaml`]: 'a: 1\n',
      },
      'tampered',
    );
    expect(results(await verify(tampered))).to.deep.equal([['shop', 'unrecorded']]);
    // A record that somebody made up for it does not make it true.
    const hash = await git(state, ['rev-parse', 'HEAD:shop']);
    await commit(state, {}, `lie\n\nCodex-Stack: shop ${hash} ${sha} run-2\n`);
    const verification = await verify();
    expect(results(verification)).to.deep.equal([['shop', 'differs']]);
    expect(verification.stacks[0]?.differences).to.deep.equal([
      { path: 'manifests/web/deployment-web.yaml', change: 'modified' },
      { path: 'manifests/web/more.yaml', change: 'added' },
    ]);
  });

  it('takes values of variables, which no commit records', async () => {
    const sha = await commit(source, { 'services.yaml': shop('"{{ .Vars.replicas }}"') }, 'first');
    await publish(await render('dev', { replicas: '4' }), sha);
    expect(results(await verify())).to.deep.equal([['shop', 'differs']]);
    const given = await verify('HEAD', { inputs: { vars: { replicas: '4' } } });
    expect(results(given)).to.deep.equal([['shop', 'verified']]);
  });

  it('says what it cannot judge: no record, no source, no plan, a source with errors', async () => {
    const sha = await commit(source, { 'services.yaml': shop('2') }, 'first');
    const rendered = await render('dev');
    await publish(rendered, 'f'.repeat(40));
    expect(results(await verify())).to.deep.equal([['shop', 'source-missing']]);
    const broken = await commit(source, { 'services.yaml': shop('two') }, 'broken');
    await publish(rendered, broken);
    await commit(state, {}, `again\n\nCodex-Stack: shop ${rendered.contentHash} ${broken} run-2\n`);
    const failed = await verify();
    expect(results(failed)).to.deep.equal([['shop', 'failed']]);
    expect(failed.stacks[0]?.diagnostics[0]).to.include({ file: 'services.yaml', line: 12 });
    await commit(state, { 'shop/plan.json': '{' }, 'unreadable');
    expect(results(await verify())).to.deep.equal([['shop', 'unreadable']]);
    const absent = await verify('HEAD', { stacks: ['billing'] });
    expect(results(absent)).to.deep.equal([['billing', 'unreadable']]);
    expect(sha).to.have.length(40);
  });

  it('finds the services.yaml of each stack in a repository of several', async () => {
    await commit(source, { 'services.yaml': shop('2') }, 'first');
    const shops = await render('dev');
    const files = {
      'services.yaml': shop('2').replace('name: shop', 'name: billing'),
      'apps/shop/services.yaml': shop('2'),
    };
    await publish(shops, await commit(source, files, 'moved'));
    expect(results(await verify())).to.deep.equal([['shop', 'verified']]);
  });

  it('reads packed repositories', async () => {
    const sha = await commit(source, { 'services.yaml': shop('2') }, 'first');
    await publish(await render('dev'), sha);
    for (const path of [source, state]) await git(path, ['gc', '--quiet', '--aggressive']);
    expect((await verify()).verified).to.equal(true);
  });
});
