import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { serveComments, type CommentsServer } from './comments-server.ts';
import { runComposite, type ActionRun } from './run-composite.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const cli = join(root, 'renderer/src/main.ts');
const token = 'canary-token-of-the-job';

describe('the action', function () {
  this.timeout(120_000);
  let place: string;
  let workspace: string;
  let server: CommentsServer;
  let runs = 0;

  async function git(...args: string[]): Promise<string> {
    const environment = ['GIT_CONFIG_GLOBAL=/dev/null', 'GIT_CONFIG_NOSYSTEM=1'];
    const identity = ['-c', 'user.name=Test Author', '-c', 'user.email=author@example.test'];
    const command = [...environment, 'git', ...identity, ...args];
    const { stdout } = await promisify(execFile)('env', command, { cwd: workspace });
    return stdout.trim();
  }
  async function commit(...edits: [string, string][]): Promise<string> {
    const file = join(workspace, 'services.yaml');
    let text = await readFile(file, 'utf8');
    for (const [from, to] of edits) {
      expect(text).to.include(from);
      text = text.replace(from, to);
    }
    await writeFile(file, text);
    await git('add', '--all');
    await git('commit', '--quiet', '--allow-empty', '-m', 'Change');
    return git('rev-parse', 'HEAD');
  }
  const pullRequest = (base = 'main') => ({
    pull_request: { number: 7, title: '$(touch pwned)', base: { ref: base } },
  });
  function run(
    inputs: Record<string, string> = {},
    event: object = pullRequest(),
    environment: Record<string, string> = {},
  ): Promise<ActionRun> {
    runs += 1;
    return runComposite({
      action: join(root, '.github/actions/diff'),
      inputs: { command: cli, ...inputs },
      workspace,
      temporary: join(place, `run-${runs}`),
      event,
      apiUrl: server.url,
      token,
      environment,
    });
  }

  beforeEach(async () => {
    place = await mkdtemp(join(tmpdir(), 'ck-action-'));
    workspace = join(place, 'workspace');
    await cp(join(root, 'examples/shop'), workspace, { recursive: true });
    await git('init', '--quiet', '-b', 'main');
    await commit();
    await git('update-ref', 'refs/remotes/origin/main', 'HEAD');
    await git('checkout', '--quiet', '-b', 'topic');
    server = await serveComments(token, 7);
  });
  afterEach(async () => {
    await server[Symbol.asyncDispose]();
    await rm(place, { recursive: true });
  });

  it('tells a pull request what it changes: summary, outputs, one comment', async () => {
    await commit(['8.1-alpine', '8.2-alpine']);
    const first = await run();
    expect([first.code, first.outputs['differences'], first.outputs['errors']]).to.deep.equal([
      0,
      'true',
      'false',
    ]);
    expect(first.log).to.match(/^::notice title=codex-k8s diff::2 environments, 2 units/);
    expect(first.summary).to.include('cart: tag 8.1-alpine → 8.2-alpine');
    expect(await readFile(first.outputs['markdown'] ?? '', 'utf8')).to.equal(
      first.summary.slice(0, -1),
    );
    expect(server.comments).to.have.lengthOf(1);
    expect(server.comments[0]?.body).to.match(/^<!-- codex-k8s diff: source%20services.yaml -->\n/);
    expect(server.comments[0]?.body).to.include('cart: tag 8.1-alpine → 8.2-alpine');
    expect(server.comments[0]?.body).to.include(
      'https://github.example/acme/shop/actions/runs/4711',
    );
    await run();
    expect(server.requests.filter((request) => !request.startsWith('GET'))).to.have.lengthOf(1);
    await commit(['8.2-alpine', '8.3-alpine']);
    await run();
    expect(server.comments.map(({ body }) => body.includes('8.3-alpine'))).to.deep.equal([true]);
    await commit(['8.3-alpine', '8.1-alpine']);
    const last = await run();
    expect(last.outputs['differences']).to.equal('false');
    expect(server.comments.map(({ body }) => body.includes('no changes'))).to.deep.equal([true]);
  });

  it('fails where the head does not render, with annotations and SARIF', async () => {
    await commit(['image: api', 'image: apo']);
    const { code, log, outputs, summary } = await run({ sarif: 'reports/codex-k8s.sarif' });
    expect([code, outputs['errors']]).to.deep.equal([1, 'true']);
    expect(log).to.match(/^::error file=services\.yaml,line=\d+,col=\d+,title=CK-R-053::/);
    expect(summary).to.include('**CK-R-053**');
    expect(server.comments[0]?.body).to.include('**CK-R-053**');
    const sarif = JSON.parse(await readFile(join(workspace, 'reports/codex-k8s.sarif'), 'utf8'));
    expect(sarif.runs[0].results[0].ruleId).to.equal('CK-R-053');
  });

  it('leaves the comments of others alone, however they begin', async () => {
    const body = '<!-- codex-k8s diff: source%20services.yaml -->\nmine';
    for (let id = 1; id <= 130; id += 1)
      server.comments.push({ id, body, user: { login: 'octocat', type: 'User' } });
    await commit(['8.1-alpine', '8.2-alpine']);
    await run();
    await run();
    expect(server.comments).to.have.lengthOf(131);
    expect(server.comments.slice(0, 130).every((comment) => comment.body === body)).to.equal(true);
  });

  it('does not fail where it may not comment, and tries again where GitHub stumbles', async () => {
    await commit(['8.1-alpine', '8.2-alpine']);
    server.fail(403);
    const refused = await run();
    expect(refused.code).to.equal(0);
    expect(refused.log).to.match(
      /::warning title=codex-k8s diff::No comment was written: GET .*403/,
    );
    expect(server.comments).to.have.lengthOf(0);
    server.fail(502, 429);
    await run();
    expect(server.comments).to.have.lengthOf(1);
  });

  it('writes no comment about nothing, and none where none is wanted', async () => {
    await run();
    await commit(['8.1-alpine', '8.2-alpine']);
    await run({ comment: 'false' });
    expect(server.comments).to.have.lengthOf(0);
    expect((await run({ 'fail-on-differences': 'true' })).code).to.equal(1);
  });

  it('takes names of branches as names, whatever they look like', async () => {
    const name = 'a;touch${IFS}pwned;$(touch${IFS}pwned)';
    await git('update-ref', `refs/remotes/origin/${name}`, 'main');
    await commit(['8.1-alpine', '8.2-alpine']);
    const { code, summary } = await run({}, pullRequest(name));
    expect([code, summary.includes('8.2-alpine')]).to.deep.equal([0, true]);
    expect(await readdir(workspace)).not.to.include('pwned');
    const odd = await run({ environment: '--output=json', file: '--help' });
    expect(odd.code).to.equal(1);
  });

  it('compares a push with what was there before', async () => {
    const before = await git('rev-parse', 'HEAD');
    await commit(['8.1-alpine', '8.2-alpine']);
    const after = await run({}, { before });
    expect(after.summary).to.include('8.2-alpine');
    const created = await run({}, { before: '0'.repeat(40) });
    expect(created.summary).to.include('8.2-alpine');
    expect(server.requests).to.deep.equal([]);
  });

  it('says in a shallow clone what to change', async () => {
    await commit(['8.1-alpine', '8.2-alpine']);
    const origin = workspace;
    workspace = join(place, 'shallow');
    await promisify(execFile)('git', [
      'clone',
      '--quiet',
      '--depth',
      '1',
      '-b',
      'topic',
      `file://${origin}`,
      workspace,
    ]);
    const { code, log } = await run();
    expect(code).to.equal(1);
    expect(log).to.match(/::error title=CK-R-192::.*fetch-depth: 0/);
  });

  it('compares the stacks of a state repository', async () => {
    const render = (out: string) =>
      promisify(execFile)(process.execPath, [cli, 'render', '--env', 'production', '--out', out], {
        cwd: workspace,
      });
    const state = join(place, 'state');
    await render(join(state, 'shop'));
    const source = workspace;
    workspace = state;
    await git('init', '--quiet', '-b', 'env/production');
    await git('add', '--all');
    await git('commit', '--quiet', '-m', 'First');
    await git('update-ref', 'refs/remotes/origin/env/production', 'HEAD');
    workspace = source;
    await commit(['8.1-alpine', '8.2-alpine']);
    await render(join(state, 'shop'));
    workspace = state;
    await git('add', '--all');
    await git('commit', '--quiet', '-m', 'Second');
    const fine = await run({ mode: 'state' }, pullRequest('env/production'));
    expect([fine.code, fine.summary.includes('cart: tag 8.1-alpine → 8.2-alpine')]).to.deep.equal([
      0,
      true,
    ]);
    await rm(join(state, 'shop/manifests/cart'), { recursive: true });
    await git('add', '--all');
    await git('commit', '--quiet', '-m', 'Third');
    const torn = await run({ mode: 'state' }, pullRequest('env/production'));
    expect([torn.code, torn.log.includes('CK-R-194')]).to.deep.equal([1, true]);
  });

  it('installs the pinned package beside the checkout, which has no say in it', async () => {
    const source = join(place, 'package');
    await mkdir(source);
    const name = '@codex-k8s/renderer';
    const bin = { 'codex-k8s-renderer': 'cli.js' };
    const manifest = { name, version: '9.9.9', type: 'module', bin };
    await writeFile(join(source, 'package.json'), JSON.stringify(manifest));
    await writeFile(
      join(source, 'cli.js'),
      `process.stdout.write('args ' + process.argv.slice(2).join(' ') + '\\n');\n`,
    );
    await promisify(execFile)('npm', ['pack', '--silent'], { cwd: source });
    const tarball = await readFile(join(source, 'codex-k8s-renderer-9.9.9.tgz'));
    const registry = createServer((request, response) => {
      const url = `http://127.0.0.1:${(registry.address() as AddressInfo).port}/renderer.tgz`;
      const version = { ...manifest, dist: { tarball: url } };
      const versions = { name, 'dist-tags': { latest: '9.9.9' }, versions: { '9.9.9': version } };
      response.end(request.url === '/renderer.tgz' ? tarball : JSON.stringify(versions));
    });
    await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
    const { port } = registry.address() as AddressInfo;
    // What a pull request brings along must not choose where the program comes from.
    await writeFile(join(workspace, '.npmrc'), 'registry=http://127.0.0.1:1/\n');
    const { code, log } = await run({ command: '', package: `${name}@9.9.9` }, pullRequest(), {
      npm_config_registry: `http://127.0.0.1:${port}/`,
    });
    registry.closeAllConnections();
    await new Promise((resolve) => registry.close(resolve));
    expect([code, log]).to.deep.equal([
      0,
      `args diff --root=${workspace} --file=${workspace}/services.yaml --head=HEAD --base=origin/main --merge-base --output github --exit-code\n`,
    ]);
    expect(await readdir(workspace)).not.to.include('node_modules');
  });

  it('takes no package that is not pinned', async () => {
    for (const name of [
      '@codex-k8s/renderer',
      '@codex-k8s/renderer@latest',
      'file:.',
      '../x@1.0.0',
    ]) {
      const { code, log } = await run({ command: '', package: name });
      expect([name, code]).to.deep.equal([name, 1]);
      expect(log).to.include('not pinned to a version');
    }
  });

  it('keeps its token to itself', async () => {
    const spy = join(place, 'spy.mjs');
    await writeFile(spy, 'process.stdout.write(JSON.stringify(process.env)); process.exit(0);\n');
    const { log, summary } = await run({ command: spy });
    expect(log).to.include('CODEXK8S_MODE');
    expect(log + summary).not.to.include(token);
  });
});
