import { expect } from 'chai';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codes } from '../diagnostics/index.ts';
import { createFilesystemReader } from '../readers/index.ts';
import { createTestRepository, git, type TestRepository } from '../testing/index.ts';
import { openRepository, RepositoryError } from './index.ts';

async function failure(work: Promise<unknown>): Promise<RepositoryError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof RepositoryError) return error;
  throw new Error('no RepositoryError', { cause: error });
}

const codeOf = ({ problem }: RepositoryError) => codes[problem].code;

describe('a repository read without git', () => {
  let repository: TestRepository;
  let first: string;
  let second: string;
  beforeEach(async () => {
    repository = await createTestRepository();
    first = await repository.commit({
      'services.yaml': 'a: 1\n',
      'deploy/b/deep.yaml': 'deep\n',
      'deploy/a.yaml': 'a\n',
      'deploy.yaml': 'beside\n',
    });
    second = await repository.commit({ 'services.yaml': 'a: 2\n' });
  });
  afterEach(() => repository[Symbol.asyncDispose]());

  const resolved = async (revision: string, path = repository.path) =>
    (await (await openRepository(path)).resolve(revision)).oid;

  it('finds commits by every name git has for them', async () => {
    await repository.git('tag', 'light', first);
    await repository.git('tag', '-a', '-m', 'a release', 'v1.0.0', first);
    await repository.git('checkout', '--quiet', '-b', 'feature/x', first);
    const other = await repository.commit({ 'x.yaml': 'x\n' });
    await repository.git('merge', '--quiet', '--no-ff', '-m', 'Merge', 'main');
    await repository.git('update-ref', 'refs/remotes/origin/main', second);
    const names = [
      'HEAD',
      '@',
      'main',
      'refs/heads/main',
      'origin/main',
      'light',
      'v1.0.0',
      'feature/x',
      'feature/x~1',
      'HEAD^',
      'HEAD^2',
      'HEAD^2~1',
      '@~2',
      'HEAD^0',
      'v1.0.0^{commit}',
      'v1.0.0^{}',
      first.slice(0, 7),
      second,
    ];
    const loose = await Promise.all(names.map((name) => resolved(name)));
    const real = names.map(async (name) => repository.git('rev-parse', `${name}^{commit}`));
    expect(loose).to.deep.equal(await Promise.all(real));
    expect(loose).to.include(other);
    await repository.git('gc', '--quiet', '--aggressive', '--prune=now');
    const packed = await Promise.all(names.map((name) => resolved(name)));
    expect(packed).to.deep.equal(loose);
  });

  for (const form of ['loose', 'packed'] as const) {
    it(`says of ${form} objects what the working tree says`, async () => {
      // Many versions of one large file: packed, they become deltas of each other.
      const lines = Array.from({ length: 400 }, (_, index) => `line ${index}`);
      for (let version = 0; version < 5; version += 1) {
        lines[version * 7] = `version ${version}`;
        await repository.commit({ 'large.txt': `${lines.join('\n')}\n` });
      }
      if (form === 'packed') await repository.git('gc', '--quiet', '--aggressive', '--prune=now');
      const opened = await openRepository(repository.path);
      const reader = await opened.readerAt(await opened.resolve('HEAD'), '');
      const disk = await createFilesystemReader(repository.path);
      for (const directory of ['', 'deploy', 'deploy/b', 'nowhere', 'services.yaml'])
        expect([
          directory,
          await reader.list(directory),
          await reader.treeHash(directory),
        ]).to.deep.equal([directory, await disk.list(directory), await disk.treeHash(directory)]);
      for (const path of [...(await disk.list('')), 'nowhere', 'deploy', 'deploy/a.yaml/x']) {
        const expected = await disk.read(path);
        const found = await reader.read(path);
        expect([path, found?.digest, await reader.digest?.(path)]).to.deep.equal([
          path,
          expected?.digest,
          expected?.digest,
        ]);
        expect(Buffer.from(found?.bytes ?? [])).to.deep.equal(Buffer.from(expected?.bytes ?? []));
      }
      const below = await opened.readerAt(await opened.resolve('HEAD'), 'deploy');
      expect(await below.list('')).to.deep.equal(['a.yaml', 'b/deep.yaml']);
    });
  }

  it('follows no links and no submodules', async () => {
    await symlink('services.yaml', join(repository.path, 'link.yaml'));
    await repository.git('update-index', '--add', '--cacheinfo', `160000,${first},vendored`);
    await repository.git('add', 'link.yaml');
    await repository.git('commit', '--quiet', '-m', 'Link');
    const opened = await openRepository(repository.path);
    const reader = await opened.readerAt(await opened.resolve('HEAD'), '');
    expect(await reader.list('')).not.to.include.members(['link.yaml', 'vendored']);
    expect(await reader.read('link.yaml')).to.equal(undefined);
    expect(await reader.read('vendored')).to.equal(undefined);
    expect(await reader.treeHash('vendored')).to.equal(undefined);
  });

  it('works in a linked working tree and in a bare repository', async () => {
    const linked = await mkdtemp(join(tmpdir(), 'ck-linked-'));
    await repository.git('worktree', 'add', '--quiet', join(linked, 'tree'), '-b', 'side', first);
    expect(await resolved('HEAD', join(linked, 'tree'))).to.equal(first);
    expect(await resolved('main', join(linked, 'tree'))).to.equal(second);
    await git(linked, ['clone', '--quiet', '--bare', repository.path, 'bare.git']);
    expect(await resolved('main', join(linked, 'bare.git'))).to.equal(second);
    await rm(linked, { recursive: true });
  });

  it('finds where two histories parted', async () => {
    await repository.git('checkout', '--quiet', '-b', 'topic', first);
    const topic = await repository.commit({ 'x.yaml': 'x\n' });
    const opened = await openRepository(repository.path);
    expect(await opened.mergeBase(second, topic)).to.equal(first);
  });

  it('CK-R-191: says that a revision does not exist, and which one may be meant', async () => {
    await repository.git('update-ref', 'refs/remotes/origin/release', first);
    const missing = await failure(resolved('nope'));
    expect([codeOf(missing), missing.message]).to.deep.equal([
      'CK-R-191',
      'there is no revision nope',
    ]);
    expect((await failure(resolved('release'))).hint).to.equal('Did you mean origin/release?');
    expect((await failure(resolved('main~5'))).message).to.match(/^main~5: .{12} has no parent 1$/);
    for (const revision of ['../main', '', 'deadbeef', 'main..HEAD'])
      expect(codeOf(await failure(resolved(revision)))).to.equal('CK-R-191');
  });

  it('CK-R-192: says that a shallow clone is shallow, and how to get the rest', async () => {
    const place = await mkdtemp(join(tmpdir(), 'ck-shallow-'));
    await git(place, ['clone', '--quiet', '--depth', '1', `file://${repository.path}`, 'clone']);
    const clone = join(place, 'clone');
    expect(await resolved('HEAD', clone)).to.equal(second);
    for (const revision of ['HEAD~1', 'HEAD^', first, 'v1.0.0']) {
      const error = await failure(resolved(revision, clone));
      expect([revision, codeOf(error)]).to.deep.equal([revision, 'CK-R-192']);
    }
    const opened = await openRepository(clone);
    expect(codeOf(await failure(opened.mergeBase(second, first)))).to.equal('CK-R-192');
    expect(codes['shallow-history'].hint).to.include('fetch-depth: 0');
    await rm(place, { recursive: true });
  });

  it('CK-R-190: says that there is no repository', async () => {
    const place = await mkdtemp(join(tmpdir(), 'ck-none-'));
    expect(codeOf(await failure(openRepository(place)))).to.equal('CK-R-190');
    await rm(place, { recursive: true });
  });

  it('CK-R-193: says what it cannot read instead of guessing', async () => {
    const place = await mkdtemp(join(tmpdir(), 'ck-odd-'));
    await git(place, ['clone', '--quiet', '--shared', repository.path, 'shared']);
    expect(codeOf(await failure(openRepository(join(place, 'shared'))))).to.equal('CK-R-193');
    await git(place, ['init', '--quiet', '--object-format=sha256', 'sha256']);
    expect((await failure(openRepository(join(place, 'sha256')))).message).to.match(/sha256/);
    const opened = await openRepository(repository.path);
    const tree = await repository.git('rev-parse', 'HEAD^{tree}');
    await rm(join(repository.path, '.git/objects', tree.slice(0, 2), tree.slice(2)));
    const broken = await failure(opened.readerAt({ tree }, 'deploy'));
    expect([codeOf(broken), broken.message]).to.deep.equal([
      'CK-R-193',
      `object ${tree.slice(0, 12)} is not in this repository`,
    ]);
    await rm(place, { recursive: true });
  });
});
