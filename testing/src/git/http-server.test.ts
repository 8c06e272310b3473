import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { expect } from 'chai';
import { failureOf } from '../waiting/index.ts';
import { temporaryDirectory, type TemporaryDirectory } from '../temporary-directory.ts';
import { createGitHttpServer } from './http-server.ts';
import { runGit } from './run-git.ts';
import { createBareRepository, createWorkClone } from './work-clone.ts';

describe('git over HTTP', () => {
  let root: TemporaryDirectory;

  beforeEach(async () => {
    root = await temporaryDirectory('git-http');
    await createBareRepository(join(root.path, 'team', 'shop.git'));
  });
  afterEach(() => root.remove());

  it('serves clone, push and fetch of a repository', async () => {
    await using server = await createGitHttpServer({ root: root.path });
    const url = `${server.url}/team/shop.git`;
    await using clone = await createWorkClone(url);
    const sha = await clone.publish({ 'a/b.txt': 'hello\n' }, 'Add a file');
    expect(await runGit(['ls-remote', url, 'refs/heads/main'])).to.contain(sha);
    await using second = await createWorkClone(url);
    expect(await second.git('show', 'HEAD:a/b.txt')).to.equal('hello');
    expect(server.requests.map((request) => request.path)).to.include(
      '/team/shop.git/git-receive-pack',
    );
  });

  it('carries packs larger than a pipe buffer both ways', async () => {
    await using server = await createGitHttpServer({ root: root.path });
    await using clone = await createWorkClone(`${server.url}/team/shop.git`);
    const content = randomBytes(3 << 20);
    await clone.publish({ 'large.bin': content }, 'Add something large');
    await using second = await createWorkClone(`${server.url}/team/shop.git`);
    expect(await second.git('rev-parse', 'HEAD:large.bin')).to.equal(
      await clone.git('rev-parse', 'HEAD:large.bin'),
    );
  });

  it('lets nobody in without the credentials', async () => {
    await using server = await createGitHttpServer({
      root: root.path,
      auth: { user: 'bot', password: 'p:w' },
    });
    const address = server.url.replace('http://', '');
    const refused = await failureOf(
      runGit(['ls-remote', `http://bot:wrong@${address}/team/shop.git`]),
    );
    expect(String(refused)).to.match(/Authentication failed/);
    expect(await runGit(['ls-remote', `http://bot:p%3Aw@${address}/team/shop.git`])).to.equal('');
    const answered = server.requests.map(({ user, status }) => `${user ?? 'nobody'} ${status}`);
    expect(new Set(answered)).to.deep.equal(new Set(['nobody 401', 'bot 401', 'bot 200']));
  });

  it('plays an outage and comes back', async () => {
    await using server = await createGitHttpServer({ root: root.path });
    server.answerWith(503);
    const away = await failureOf(runGit(['ls-remote', `${server.url}/team/shop.git`]));
    expect(String(away)).to.contain('503');
    server.answerWith(undefined);
    await runGit(['ls-remote', `${server.url}/team/shop.git`]);
  });

  it('answers 404 for a repository that is not there', async () => {
    await using server = await createGitHttpServer({ root: root.path });
    const missing = await failureOf(runGit(['ls-remote', `${server.url}/team/none.git`]));
    expect(String(missing)).to.contain('not found');
    expect(server.requests[0]?.status).to.equal(404);
  });
});
