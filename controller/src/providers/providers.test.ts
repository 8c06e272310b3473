import { join } from 'node:path';
import {
  createGitHttpServer,
  createWorkClone,
  createBareRepository,
  failureOf,
  temporaryDirectory,
} from '@codex-k8s/testing';
import { expect } from 'chai';
import { errorData } from '../errors/index.ts';
import { describeRepositoryProvider } from './contract.ts';
import { createGitProvider } from './git-provider.ts';
import { createLocalProvider } from './local-provider.ts';
import type { RepositoryRef } from './repository-provider.ts';

const TOKEN = 'token-canary-8d1f';

function reference(
  provider: RepositoryRef['provider'],
  url: string,
  token?: string,
): RepositoryRef {
  return {
    id: url,
    provider,
    fullName: 'team/shop',
    url,
    ...(token === undefined ? {} : { token: () => Promise.resolve(token) }),
  };
}

describeRepositoryProvider('its path', (root) =>
  Promise.resolve({
    provider: createLocalProvider(),
    repository: reference('local', join(root, 'team/shop.git')),
    missing: reference('local', join(root, 'none.git')),
    stop: () => Promise.resolve(),
  }),
);

describeRepositoryProvider('a file URL', (root, scratch) =>
  Promise.resolve({
    provider: createGitProvider({ directory: scratch }),
    repository: reference('git', `file://${root}/team/shop.git`),
    missing: reference('git', `file://${root}/none.git`),
    stop: () => Promise.resolve(),
  }),
);

describeRepositoryProvider('smart HTTP with a token', async (root, scratch) => {
  const server = await createGitHttpServer({
    root,
    auth: { user: 'x-access-token', password: TOKEN },
  });
  return {
    provider: createGitProvider({ directory: scratch }),
    repository: reference('git', `${server.url}/team/shop.git`, TOKEN),
    missing: reference('git', `${server.url}/none.git`, TOKEN),
    stop: () => server.stop(),
  };
});

describe('a repository behind credentials', () => {
  it('tells a refused token from an unreachable host, and never shows the token', async () => {
    await using directory = await temporaryDirectory('provider');
    await createBareRepository(join(directory.path, 'shop.git'));
    await using server = await createGitHttpServer({
      root: directory.path,
      auth: { user: 'x-access-token', password: 'other' },
    });
    const provider = createGitProvider({ directory: join(directory.path, 'scratch') });
    const refused = await failureOf(
      provider.listHeads(reference('git', `${server.url}/shop.git`, TOKEN)),
    );
    expect(errorData(refused).code).to.equal('CK-GIT-009');
    const url = server.url;
    await server.stop();
    const unreachable = await failureOf(
      provider.listHeads(reference('git', `${url}/shop.git`, TOKEN)),
    );
    expect(errorData(unreachable).code).to.equal('CK-GIT-008');
    for (const failure of [refused, unreachable]) {
      expect(JSON.stringify(errorData(failure)) + String(failure.cause)).not.to.contain(TOKEN);
    }
    await provider.close();
  });

  it('refuses an address that carries credentials or starts a program', async () => {
    const provider = createGitProvider({ directory: '/nonexistent' });
    for (const url of [
      'https://user:secret-canary@host/x.git',
      'ext::sh -c id',
      '--upload-pack=id',
      'git://host/x',
    ]) {
      const failure = errorData(await failureOf(provider.listHeads(reference('git', url))));
      expect(failure.code, url).to.equal('CK-GIT-006');
      expect(JSON.stringify(failure)).not.to.contain('secret-canary');
    }
    await provider.close();
  });

  it('fetches a commit once, however many runs want it', async () => {
    await using directory = await temporaryDirectory('provider');
    const bare = await createBareRepository(join(directory.path, 'shop.git'));
    await using server = await createGitHttpServer({ root: directory.path });
    await using work = await createWorkClone(bare);
    const sha = await work.publish({ 'a.txt': '1' }, 'First');
    const provider = createGitProvider({ directory: join(directory.path, 'scratch') });
    const repository = reference('git', `${server.url}/shop.git`);
    await Promise.all([1, 2, 3].map(() => provider.openSource(repository, sha)));
    const packs = server.requests.filter(
      ({ method, path }) => method === 'POST' && path.endsWith('/git-upload-pack'),
    );
    const afterwards = server.requests.length;
    expect(packs.length).to.be.at.most(2);
    await provider.openSource(repository, sha);
    expect(server.requests.length).to.equal(afterwards);
    await provider.close();
  });
});
