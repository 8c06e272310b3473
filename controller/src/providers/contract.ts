import { join } from 'node:path';
import {
  createBareRepository,
  createWorkClone,
  failureOf,
  temporaryDirectory,
} from '@codex-k8s/testing';
import { expect } from 'chai';
import type { TemporaryDirectory, WorkClone } from '@codex-k8s/testing';
import { errorData } from '../errors/index.ts';
import type { RepositoryProvider, RepositoryRef } from './repository-provider.ts';

/** What an implementation brings to the suite. */
export interface ProviderHarness {
  provider: RepositoryProvider;
  /** The repository `team/shop.git` below `root`, as this provider addresses it. */
  repository: RepositoryRef;
  /** The same provider, pointed at a repository that does not exist. */
  missing: RepositoryRef;
  stop(): Promise<void>;
}

/** The promises of every `RepositoryProvider`, checked against a real repository below `root`. */
export function describeRepositoryProvider(
  name: string,
  create: (root: string, scratch: string) => Promise<ProviderHarness>,
): void {
  describe(`a repository by ${name}`, () => {
    let directory: TemporaryDirectory;
    let work: WorkClone;
    let harness: ProviderHarness;

    beforeEach(async () => {
      directory = await temporaryDirectory('provider');
      const bare = await createBareRepository(join(directory.path, 'served', 'team', 'shop.git'));
      work = await createWorkClone(bare);
      harness = await create(join(directory.path, 'served'), join(directory.path, 'scratch'));
    });
    afterEach(async () => {
      await harness.provider.close();
      await harness.stop();
      await work.dispose();
      await directory.remove();
    });

    it('has no head before the first push', async () => {
      const { provider, repository } = harness;
      expect(await provider.readHead(repository, 'refs/heads/main')).to.equal(undefined);
      expect([...(await provider.listHeads(repository))]).to.deep.equal([]);
    });

    it('reads the head of a branch as it is now', async () => {
      const { provider, repository } = harness;
      const first = await work.publish({ 'a.txt': '1' }, 'First');
      expect(await provider.readHead(repository, 'refs/heads/main')).to.equal(first);
      const second = await work.publish({ 'a.txt': '2' }, 'Second');
      expect(await provider.readHead(repository, 'refs/heads/main')).to.equal(second);
      await work.push({ ref: 'HEAD:refs/heads/feature/x' });
      expect(await provider.listHeads(repository)).to.deep.equal(
        new Map([
          ['refs/heads/feature/x', second],
          ['refs/heads/main', second],
        ]),
      );
    });

    it('takes a ref literally: a longer name that ends alike is another ref', async () => {
      const { provider, repository } = harness;
      await work.publish({ 'a.txt': '1' }, 'First');
      await work.push({ ref: 'HEAD:refs/heads/refs/heads/other' });
      await work.push({ ref: 'HEAD:refs/heads/team/refs/heads/other' });
      expect(await provider.readHead(repository, 'refs/heads/other')).to.equal(undefined);
    });

    it('reads an annotated tag as the commit it names', async () => {
      const { provider, repository } = harness;
      const commit = await work.publish({ 'a.txt': '1' }, 'First');
      await work.git('tag', '--annotate', '--message', 'One', 'v1');
      await work.push({ ref: 'refs/tags/v1' });
      expect(await provider.readHead(repository, 'refs/tags/v1')).to.equal(commit);
    });

    it('reads files, listings and tree hashes at the pinned commit', async () => {
      const { provider, repository } = harness;
      const files = {
        'services.yaml': 'a: 1\n',
        'deploy/web.yaml': 'kind: Web\n',
        'deploy/db/x.yaml': 'x\n',
      };
      const pinned = await work.publish(files, 'First');
      await work.publish({ 'services.yaml': 'a: 2\n' }, 'Second');
      const source = await provider.openSource(repository, pinned);
      const file = await source.read('services.yaml');
      expect(Buffer.from(file?.bytes ?? []).toString()).to.equal('a: 1\n');
      expect(file?.digest).to.equal(await work.git('rev-parse', `${pinned}:services.yaml`));
      expect(await source.digest?.('deploy/web.yaml')).to.equal(
        await work.git('rev-parse', `${pinned}:deploy/web.yaml`),
      );
      expect(await source.list('')).to.deep.equal([
        'deploy/db/x.yaml',
        'deploy/web.yaml',
        'services.yaml',
      ]);
      expect(await source.list('deploy/')).to.deep.equal(['deploy/db/x.yaml', 'deploy/web.yaml']);
      expect(await source.treeHash('deploy')).to.equal(
        await work.git('rev-parse', `${pinned}:deploy`),
      );
      expect(await source.treeHash('')).to.equal(await work.git('rev-parse', `${pinned}^{tree}`));
      expect((await source.read('./deploy/../services.yaml'))?.digest).to.equal(file?.digest);
    });

    it('finds nothing where there is nothing, and never outside', async () => {
      const { provider, repository } = harness;
      const sha = await work.publish({ 'deploy/web.yaml': 'w\n' }, 'First');
      const source = await provider.openSource(repository, sha);
      for (const path of ['none', 'deploy', 'deploy/web.yaml/x', '../served', '/etc/passwd', '']) {
        expect(await source.read(path), path).to.equal(undefined);
      }
      expect(await source.list('none')).to.deep.equal([]);
      expect(await source.list('..')).to.deep.equal([]);
      expect(await source.treeHash('deploy/web.yaml')).to.equal(undefined);
    });

    it('does not follow a symbolic link', async () => {
      const { provider, repository } = harness;
      await work.publish({ 'a.txt': '1' }, 'First');
      await work.git(
        'update-index',
        '--add',
        '--cacheinfo',
        `120000,${await work.git('rev-parse', 'HEAD:a.txt')},link`,
      );
      await work.git('commit', '--quiet', '--message', 'Link');
      await work.push();
      const source = await provider.openSource(repository, await work.git('rev-parse', 'HEAD'));
      expect(await source.read('link')).to.equal(undefined);
      expect(await source.list('')).to.deep.equal(['a.txt']);
    });

    it('still reads a pinned commit after a forced push took it off the branch', async () => {
      const { provider, repository } = harness;
      const first = await work.publish({ 'a.txt': '1' }, 'First');
      const pinned = await work.publish({ 'a.txt': '2' }, 'Second');
      await provider.openSource(repository, pinned);
      await work.git('reset', '--quiet', '--hard', first);
      await work.push({ force: true });
      const source = await provider.openSource(repository, pinned);
      expect(Buffer.from((await source.read('a.txt'))?.bytes ?? []).toString()).to.equal('2');
      expect(await provider.readHead(repository, 'refs/heads/main')).to.equal(first);
    });

    it('says which commit it cannot have', async () => {
      const { provider, repository } = harness;
      await work.publish({ 'a.txt': '1' }, 'First');
      const gone = 'f'.repeat(40);
      const failure = errorData(await failureOf(provider.openSource(repository, gone)));
      expect(failure).to.include({ code: 'CK-SRC-001' });
      expect(failure.message).to.contain(gone).and.to.contain(repository.fullName);
    });

    it('says that a repository is missing', async () => {
      const { provider, missing } = harness;
      for (const attempt of [
        provider.readHead(missing, 'refs/heads/main'),
        provider.listHeads(missing),
        provider.openSource(missing, 'f'.repeat(40)),
      ]) {
        expect(errorData(await failureOf(attempt)).code).to.be.oneOf(['CK-GIT-001', 'CK-GIT-013']);
      }
    });

    it('reads large and binary files whole', async () => {
      const { provider, repository } = harness;
      const bytes = Buffer.from(
        Array.from({ length: 3 << 20 }, (_, index) => (index * 7919) % 256),
      );
      const source = await provider.openSource(
        repository,
        await work.publish({ 'big.bin': bytes }, 'Big'),
      );
      expect(
        Buffer.compare(Buffer.from((await source.read('big.bin'))?.bytes ?? []), bytes),
      ).to.equal(0);
    });
  });
}
