import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { rename, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import { join } from 'node:path';
import {
  createWorkClone,
  failureOf,
  gitEnvironment,
  runGit,
  temporaryDirectory,
} from '@codex-k8s/testing';
import { expect } from 'chai';
import type { IncomingHttpHeaders } from 'node:http';
import type { TemporaryDirectory, WorkClone } from '@codex-k8s/testing';
import { createLocalRepository, writeHookSettings } from './local-repository.ts';

const SECRET = 'hook-secret-canary';
const ZERO = '0'.repeat(40);

interface Received {
  headers: IncomingHttpHeaders;
  raw: Buffer;
  payload: Record<string, unknown>;
}

/** A webhook endpoint that remembers what came and answers as told. */
async function startEndpoint(answers: { status: number; body?: unknown }[] = []) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks);
      received.push({ headers: request.headers, raw, payload: JSON.parse(raw.toString()) });
      const answer = answers.shift() ?? {
        status: 202,
        body: { status: 'accepted', correlation_id: 'c-1' },
      };
      response
        .writeHead(answer.status, { 'content-type': 'application/json' })
        .end(JSON.stringify(answer.body ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/api/v1/webhooks/github`,
    received,
    stop: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function keys(value: unknown): string[] {
  return Object.keys(Object(value));
}

type Endpoint = Awaited<ReturnType<typeof startEndpoint>>;

describe('a local repository', () => {
  let directory: TemporaryDirectory;
  let endpoint: Endpoint;
  let path: string;
  let work: WorkClone;

  beforeEach(async () => {
    directory = await temporaryDirectory('local');
    endpoint = await startEndpoint();
    path = await createLocalRepository(join(directory.path, 'it is', 'shop.git'), {
      fullName: 'local/shop',
      hook: { url: endpoint.url, secret: SECRET },
    });
    work = await createWorkClone(path);
  });
  afterEach(async () => {
    await endpoint.stop();
    await work.dispose();
    await directory.remove();
  });

  /** What the pusher sees. */
  async function pushed(...refspecs: string[]): Promise<string> {
    // Not the blocking spawn: the endpoint answers from this very process.
    const child = spawn('git', ['push', '--force', 'origin', ...refspecs], {
      cwd: work.path,
      env: gitEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let output = '';
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const status = await new Promise((resolve) => child.once('close', resolve));
    expect(status, output).to.equal(0);
    return output;
  }

  it('announces a push as a signed webhook in the shape of GitHub', async () => {
    await work.write({ 'services.yaml': 'a: 1\n', 'deploy/web.yaml': 'w\n' });
    const sha = await work.commit('Begin\n\nwith a body, "quotes" and ünicode');
    expect(await pushed('HEAD:refs/heads/main')).to.match(
      /remote: codex-k8s: accepted, correlation c-1/,
    );
    const [delivery] = endpoint.received;
    expect(endpoint.received.length).to.equal(1);
    expect(delivery?.headers).to.include({
      'x-github-event': 'push',
      'content-type': 'application/json',
    });
    expect(delivery?.headers['x-github-delivery']).to.match(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
    const signature = createHmac('sha256', SECRET)
      .update(delivery?.raw ?? '')
      .digest('hex');
    expect(delivery?.headers['x-hub-signature-256']).to.equal(`sha256=${signature}`);
    expect(delivery?.payload).to.include({
      ref: 'refs/heads/main',
      before: ZERO,
      after: sha,
      created: true,
      deleted: false,
      forced: false,
    });
    expect(delivery?.payload['repository']).to.include({
      full_name: 'local/shop',
      name: 'shop',
      default_branch: 'main',
    });
    expect(delivery?.payload['head_commit']).to.deep.include({
      id: sha,
      message: 'Begin\n\nwith a body, "quotes" and ünicode',
      added: ['deploy/web.yaml', 'services.yaml'],
      removed: [],
      modified: [],
      author: { name: 'Test Author', email: 'author@example.test' },
    });
    expect(delivery?.raw.toString()).not.to.contain(SECRET);
  });

  it('has every key that GitHub sends and the platform or its users read', async () => {
    const require = createRequire(import.meta.url);
    const sets: {
      name: string;
      examples: Record<string, unknown>[];
    }[] = require('@octokit/webhooks-examples/api.github.com/index.json');
    const example =
      sets
        .find(({ name }) => name === 'push')
        ?.examples.find((each) => each['head_commit'] !== null) ?? {};
    await work.publish({ a: '1' }, 'Begin');
    const ours = endpoint.received[0]?.payload ?? {};
    expect(keys(ours)).to.include.members(
      keys(example).filter((key) => key !== 'organization' && key !== 'installation'),
    );
    expect(keys(example)).to.include.members(keys(ours));
    for (const part of ['repository', 'head_commit', 'pusher', 'sender'] as const) {
      expect(keys(example[part]), part).to.include.members(keys(ours[part]));
      for (const key of keys(ours[part])) {
        expect(typeof Object(ours[part])[key], `${part}.${key}`).to.equal(
          typeof Object(example[part])[key],
        );
      }
    }
    expect(keys(ours['head_commit'])).to.have.members(keys(example['head_commit']));
  });

  it('tells the commits, a forced push and a deletion', async () => {
    const first = await work.publish({ a: '1', b: '1' }, 'First');
    await work.write({ a: '2' });
    await work.remove('b');
    const second = await work.commit('Second');
    await work.write({ c: '3' });
    const third = await work.commit('Third');
    await work.push();
    expect(endpoint.received[1]?.payload).to.include({
      before: first,
      after: third,
      created: false,
      forced: false,
    });
    const commits = endpoint.received[1]?.payload['commits'];
    expect(commits).to.be.an('array').of.length(2);
    expect(commits).to.have.nested.property('[0].id', second);
    expect(commits).to.have.nested.property('[1].id', third);
    expect(Object(commits)[0]).to.deep.include({ modified: ['a'], removed: ['b'], added: [] });
    await work.git('reset', '--quiet', '--hard', first);
    await work.push({ force: true });
    expect(endpoint.received[2]?.payload).to.include({ before: third, after: first, forced: true });
    await runGit(['--git-dir', path, 'config', 'receive.denyDeleteCurrent', 'ignore']);
    await pushed(':refs/heads/main');
    expect(endpoint.received[3]?.payload).to.include({
      after: ZERO,
      deleted: true,
      head_commit: null,
    });
  });

  it('sends one delivery for each updated ref', async () => {
    await work.publish({ a: '1' }, 'First');
    await work.git('tag', 'v1');
    const output = await pushed('HEAD:refs/heads/one', 'HEAD:refs/heads/two', 'refs/tags/v1');
    const told = endpoint.received.slice(1);
    expect(told.map(({ payload }) => payload['ref'])).to.deep.equal([
      'refs/heads/one',
      'refs/heads/two',
      'refs/tags/v1',
    ]);
    expect(new Set(told.map(({ headers }) => headers['x-github-delivery'])).size).to.equal(3);
    expect(output).to.contain('codex-k8s: refs/heads/two: accepted');
  });

  it('tries again with the same delivery when the platform stumbles', async () => {
    await endpoint.stop();
    endpoint = await startEndpoint([{ status: 503 }]);
    await writeHookSettings(path, {
      fullName: 'local/shop',
      hook: { url: endpoint.url, secret: SECRET },
    });
    await work.write({ a: '1' });
    await work.commit('First');
    expect(await pushed('HEAD:refs/heads/main')).to.contain('accepted, correlation c-1');
    const ids = endpoint.received.map(({ headers }) => headers['x-github-delivery']);
    expect(ids.length).to.equal(2);
    expect(ids[0]).to.equal(ids[1]);
  });

  it('never fails a push, and says in one line when nobody was told', async () => {
    await endpoint.stop();
    await work.write({ a: '1' });
    const sha = await work.commit('First');
    const output = await pushed('HEAD:refs/heads/main', 'HEAD:refs/heads/other');
    expect(output.match(/codex-k8s:.*/g)).to.have.length(1);
    expect(output).to.match(/could not be reached at http:.*the sweep will pick this push up/);
    expect(await runGit(['--git-dir', path, 'rev-parse', 'main'])).to.equal(sha);
  });

  it('says what the platform answered when it does not take the push', async () => {
    await endpoint.stop();
    endpoint = await startEndpoint([
      { status: 401, body: { code: 'x' } },
      { status: 200, body: { status: 'ignored', reason: 'a tag', correlation_id: 'c-9' } },
    ]);
    await writeHookSettings(path, {
      fullName: 'local/shop',
      hook: { url: endpoint.url, secret: SECRET },
    });
    await work.write({ a: '1' });
    await work.commit('First');
    expect(await pushed('HEAD:refs/heads/main')).to.contain('codex-k8s: the platform answered 401');
    expect(await pushed('HEAD:refs/heads/two')).to.contain(
      'codex-k8s: ignored (a tag), correlation c-9',
    );
  });

  it('keeps the secret to its owner and outlives a move', async () => {
    const mode = async (name: string) => ((await stat(join(path, name))).mode & 0o777).toString(8);
    expect(await mode('hooks/webhook-secret')).to.equal('600');
    expect(await mode('codex-k8s-hook.json')).to.equal('600');
    expect(await mode('hooks/post-receive')).to.equal('755');
    await rename(path, join(directory.path, 'moved.git'));
    await work.git('remote', 'set-url', 'origin', join(directory.path, 'moved.git'));
    await work.write({ a: '1' });
    await work.commit('First');
    expect(await pushed('HEAD:refs/heads/main')).to.contain('accepted');
  });

  it('works below a user whose configuration sends hooks elsewhere, and without the Node that made it', async () => {
    await work.write({ a: '1' });
    await work.commit('First');
    const configuration = join(directory.path, 'gitconfig');
    await writeFile(
      configuration,
      '[core]\n\thooksPath = /nonexistent\n[log]\n\tshowSignature = true\n',
    );
    await runGit(['push', '--quiet', 'origin', 'HEAD:refs/heads/main'], {
      cwd: work.path,
      environment: { GIT_CONFIG_GLOBAL: configuration },
    });
    expect(endpoint.received.length).to.equal(1);
    await createLocalRepository(path, {
      fullName: 'local/shop',
      hook: { url: endpoint.url, secret: SECRET, nodePath: '/nonexistent/node' },
    });
    expect(await pushed('HEAD:refs/heads/two')).to.contain('/nonexistent/node is gone');
  });

  it('keeps its content when it is made again', async () => {
    const sha = await work.publish({ a: '1' }, 'First');
    await createLocalRepository(path, {
      fullName: 'local/shop',
      hook: { url: endpoint.url, secret: 'another' },
    });
    expect(await runGit(['--git-dir', path, 'rev-parse', 'main'])).to.equal(sha);
    await work.publish({ a: '2' }, 'Second');
    const last = endpoint.received.at(-1);
    expect(last?.headers['x-hub-signature-256']).to.equal(
      `sha256=${createHmac('sha256', 'another')
        .update(last?.raw ?? '')
        .digest('hex')}`,
    );
    expect(await failureOf(runGit(['--git-dir', path, 'config', 'user.name']))).to.be.instanceOf(
      Error,
    );
  });
});
