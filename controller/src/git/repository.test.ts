import { spawn } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createWorkClone,
  eventually,
  failureOf,
  runGit as git,
  temporaryDirectory,
} from '@codex-k8s/testing';
import { expect } from 'chai';
import type { TemporaryDirectory, WorkClone } from '@codex-k8s/testing';
import { errorData } from '../errors/index.ts';
import { initBareRepository } from './init.ts';
import { makeCommit, makeObject, makeTree, ZERO_OID } from './object-format.ts';
import { openGitRepository } from './repository.ts';
import type { GitRepository } from './repository.ts';

const author = { name: 'Platform', email: 'platform@example.test' };

describe('a git repository on this machine', () => {
  let directory: TemporaryDirectory;
  let path: string;
  let work: WorkClone;
  let repository: GitRepository;

  beforeEach(async () => {
    directory = await temporaryDirectory('git');
    path = join(directory.path, 'shop.git');
    await initBareRepository(path);
    work = await createWorkClone(path);
    repository = await openGitRepository(path);
  });
  afterEach(async () => {
    await repository.close();
    await work.dispose();
    await directory.remove();
  });

  async function commitOf(files: Record<string, string>, parents: string[] = []): Promise<string> {
    const blobs = Object.entries(files).map(
      ([name, text]) => [name, makeObject('blob', Buffer.from(text))] as const,
    );
    const tree = makeTree(
      blobs.map(([name, { oid }]) => ({ name, mode: '100644', type: 'blob', oid })),
    );
    const commit = makeCommit({
      tree: tree.oid,
      parents,
      author,
      at: new Date(1e12),
      message: 'A commit\n\nKey: value\n',
    });
    await repository.writeObjects([...blobs.map(([, blob]) => blob), tree, commit]);
    return commit.oid;
  }

  it('reads commits, trees and blobs as git wrote them', async () => {
    const sha = await work.publish(
      { 'a/b/c.txt': 'c\n', 'a/d.txt': 'd\n', 'z.txt': 'z\n' },
      'Subject line\n\nBody\n\nRun: 1\nStack: x y',
    );
    expect(await repository.resolveRef('refs/heads/main')).to.equal(sha);
    expect(await repository.resolveRef('HEAD')).to.equal(sha);
    const commit = await repository.readCommit(sha);
    expect(commit.subject).to.equal('Subject line');
    expect(commit.trailers).to.deep.equal([
      ['Run', '1'],
      ['Stack', 'x y'],
    ]);
    expect(commit.parents).to.deep.equal([]);
    expect(commit.committedAt.getTime() / 1000).to.equal(
      Number(await work.git('log', '-1', '--format=%ct')),
    );
    const root = await repository.listTree(sha);
    expect(root?.map(({ name, type }) => `${type} ${name}`)).to.deep.equal([
      'tree a',
      'blob z.txt',
    ]);
    expect(await repository.listTree(sha, 'a/none')).to.equal(undefined);
    expect((await repository.walkTree(commit.tree)).map((file) => file.path)).to.deep.equal([
      'a/b/c.txt',
      'a/d.txt',
      'z.txt',
    ]);
    const blob = (await repository.listTree(sha, 'a/b'))?.[0]?.oid ?? '';
    expect((await repository.readBlob(blob)).toString()).to.equal('c\n');
  });

  it('answers a thousand reads at once, each with its own bytes', async () => {
    const texts = Array.from({ length: 1000 }, (_, index) =>
      `${index}\n`.repeat(1 + (index % 400)),
    );
    const blobs = texts.map((text) => makeObject('blob', Buffer.from(text)));
    await repository.writeObjects(blobs);
    const reader = await openGitRepository(path, { blobCacheBytes: 0 });
    const read = await Promise.all(blobs.map(({ oid }) => reader.readBlob(oid)));
    expect(read.map(String)).to.deep.equal(texts);
    expect(reader.children().length).to.equal(1);
    await reader.close();
  });

  it('skips a blob above the limit and keeps reading', async () => {
    const [small, large] = [
      makeObject('blob', Buffer.from('small')),
      makeObject('blob', Buffer.alloc(300_000, 'x')),
    ];
    await repository.writeObjects([small, large]);
    const reader = await openGitRepository(path, { maxBlobBytes: 100_000, blobCacheBytes: 0 });
    const [failure, read] = await Promise.all([
      failureOf(reader.readBlob(large.oid)),
      reader.readBlob(small.oid),
    ]);
    expect(errorData(failure)).to.include({ code: 'CK-GIT-004' });
    expect(read.toString()).to.equal('small');
    expect(await reader.hasObject(large.oid)).to.equal(true);
    await reader.close();
  });

  it('names a missing object, a wrong type and a bad name', async () => {
    const sha = await work.publish({ a: '1' }, 'First');
    const codes = await Promise.all(
      [
        repository.readBlob(sha),
        repository.readCommit('e'.repeat(40)),
        repository.readBlob('main'),
        repository.resolveRef('main'),
      ].map(async (attempt) => errorData(await failureOf(attempt)).code),
    );
    expect(codes).to.deep.equal(['CK-GIT-003', 'CK-GIT-003', 'CK-GIT-006', 'CK-GIT-006']);
  });

  for (const damage of ['its header', 'its content']) {
    it(`reports an object with damage to ${damage} and reads the others`, async () => {
      const blobs = ['one', 'two'.repeat(100), 'three'].map((text) =>
        makeObject('blob', Buffer.from(text)),
      );
      await repository.writeObjects(blobs);
      const [one = '', two = '', three = ''] = blobs.map(({ oid }) => oid);
      const file = join(path, 'objects', two.slice(0, 2), two.slice(2));
      const bytes = await readFile(file);
      if (damage === 'its header') bytes.fill(7);
      else bytes.fill(7, bytes.length - 6);
      await chmod(file, 0o600);
      await writeFile(file, bytes);
      const reader = await openGitRepository(path, { blobCacheBytes: 0 });
      const [first, damaged, third] = await Promise.all([
        reader.readBlob(one),
        failureOf(reader.readBlob(two)),
        reader.readBlob(three),
      ]);
      expect([first, third].map(String)).to.deep.equal(['one', 'three']);
      expect(errorData(damaged).code).to.equal('CK-GIT-005');
      expect(errorData(damaged).message).to.contain(path).and.to.contain(two);
      await reader.close();
    });
  }

  it('goes on when its children are killed in the middle', async () => {
    const blobs = Array.from({ length: 400 }, (_, index) =>
      makeObject('blob', Buffer.from(`${index} `.repeat(2000))),
    );
    await repository.writeObjects(blobs);
    const reader = await openGitRepository(path, { blobCacheBytes: 0 });
    const reads = blobs.map(({ oid }) => reader.readBlob(oid));
    await reads[0];
    for (const pid of reader.children()) process.kill(pid, 'SIGKILL');
    const read = await Promise.all(reads);
    expect(
      read.every((bytes, index) => bytes.equals(Buffer.from(`${index} `.repeat(2000)))),
    ).to.equal(true);
    await reader.close();
  });

  it('says so when the repository is gone, and works again when it is back', async () => {
    const sha = await work.publish({ a: '1' }, 'First');
    await rename(path, `${path}.away`);
    for (const attempt of [
      () => repository.resolveRef('refs/heads/main'),
      () => repository.readCommit('e'.repeat(40)),
      () => repository.writeObjects([makeObject('blob', Buffer.from('lost'))]),
      () => repository.updateRefs([{ ref: 'refs/heads/x', from: undefined, to: sha }]),
      () => openGitRepository(path),
    ]) {
      const failure = errorData(await failureOf(attempt()));
      expect(failure.code).to.equal('CK-GIT-001');
      expect(failure.message).to.contain(path);
    }
    await rename(`${path}.away`, path);
    expect(await repository.resolveRef('refs/heads/main')).to.equal(sha);
    expect(
      await repository.updateRefs([{ ref: 'refs/heads/x', from: undefined, to: sha }]),
    ).to.deep.equal({ kind: 'updated' });
  });

  it('moves a ref only from where it is said to stand', async () => {
    const [one, two] = [await commitOf({ a: '1' }), await commitOf({ a: '2' })];
    const ref = 'refs/heads/env/test';
    expect(await repository.updateRefs([{ ref, from: undefined, to: one }])).to.deep.equal({
      kind: 'updated',
    });
    expect(await repository.updateRefs([{ ref, from: undefined, to: two }])).to.deep.equal({
      kind: 'moved',
      actual: one,
    });
    expect(await repository.updateRefs([{ ref, from: two, to: one }])).to.deep.equal({
      kind: 'updated',
    });
    expect(await repository.updateRefs([{ ref, from: one, to: two }])).to.deep.equal({
      kind: 'updated',
    });
    expect(await repository.updateRefs([{ ref, from: two, to: undefined }])).to.deep.equal({
      kind: 'updated',
    });
    expect(await repository.resolveRef(ref)).to.equal(undefined);
  });

  it('moves several refs together or none', async () => {
    const [one, two] = [await commitOf({ a: '1' }), await commitOf({ a: '2' })];
    await repository.updateRefs([{ ref: 'refs/heads/b', from: undefined, to: one }]);
    const answer = await repository.updateRefs([
      { ref: 'refs/heads/a', from: undefined, to: two },
      { ref: 'refs/heads/b', from: undefined, to: two },
    ]);
    expect(answer.kind).to.equal('moved');
    expect(await repository.resolveRef('refs/heads/a')).to.equal(undefined);
  });

  it('waits for a lock to go, and names the lock that stays', async () => {
    const one = await commitOf({ a: '1' });
    const lock = join(path, 'refs/heads/locked.lock');
    await writeFile(lock, '');
    const failure = errorData(
      await failureOf(
        repository.updateRefs([{ ref: 'refs/heads/locked', from: undefined, to: one }]),
      ),
    );
    expect(failure.code).to.equal('CK-GIT-010');
    expect(failure.message).to.contain('locked.lock');
    setTimeout(() => void rm(lock), 120);
    expect(
      (await repository.updateRefs([{ ref: 'refs/heads/locked', from: undefined, to: one }])).kind,
    ).to.equal('updated');
  });

  it('reads refs loose, packed, symbolic and tagged, and lists them peeled', async () => {
    const sha = await work.publish({ a: '1' }, 'First');
    await work.git('tag', '--annotate', '--message', 'One', 'v1');
    await work.push({ ref: 'refs/tags/v1' });
    await git(['--git-dir', path, 'pack-refs', '--all']);
    await git(['--git-dir', path, 'symbolic-ref', 'refs/heads/alias', 'refs/heads/main']);
    expect(await readdir(join(path, 'refs/heads'))).to.deep.equal(['alias']);
    for (const ref of ['refs/heads/main', 'refs/heads/alias', 'refs/tags/v1', 'HEAD']) {
      expect(await repository.resolveRef(ref), ref).to.equal(sha);
    }
    expect([...(await repository.listRefs('refs/'))]).to.deep.equal([
      ['refs/heads/alias', sha],
      ['refs/heads/main', sha],
      ['refs/tags/v1', sha],
    ]);
    const next = await work.publish({ a: '2' }, 'Second');
    expect(await repository.resolveRef('refs/heads/main')).to.equal(next);
  });

  it('reports a ref that a power cut left empty', async () => {
    await work.publish({ a: '1' }, 'First');
    await writeFile(join(path, 'refs/heads/main'), '');
    expect(errorData(await failureOf(repository.resolveRef('refs/heads/main')))).to.include({
      code: 'CK-GIT-005',
    });
  });

  it('knows ancestors near and far, and calls the unknown no ancestor', async () => {
    let head = await commitOf({ n: '0' });
    const first = head;
    for (let n = 1; n <= 150; n += 1) head = await commitOf({ n: String(n) }, [head]);
    const other = await commitOf({ other: 'x' });
    expect(await repository.isAncestor(first, head)).to.equal(true);
    expect(await repository.isAncestor(head, head)).to.equal(true);
    expect(await repository.isAncestor(head, first)).to.equal(false);
    expect(await repository.isAncestor(other, head)).to.equal(false);
    expect(await repository.isAncestor('e'.repeat(40), head)).to.equal(false);
    expect(await repository.isAncestor(first, 'e'.repeat(40))).to.equal(false);
  });

  it('writes few objects and many so that git finds nothing wrong', async () => {
    const few = await commitOf({ a: '1' });
    const many = await commitOf(
      Object.fromEntries(
        Array.from({ length: 300 }, (_, n) => [`file-${n}`, `text ${n}\n`.repeat(n)]),
      ),
    );
    await repository.updateRefs([
      { ref: 'refs/heads/few', from: undefined, to: few },
      { ref: 'refs/heads/many', from: undefined, to: many },
    ]);
    expect(await git(['--git-dir', path, 'fsck', '--full', '--strict'])).to.equal('');
    expect(await git(['--git-dir', path, 'show', 'many:file-3'])).to.equal(
      'text 3\n'.repeat(3).trimEnd(),
    );
    const left = (await readdir(join(path, 'objects'), { recursive: true })).filter((name) =>
      name.includes('tmp_'),
    );
    expect(left).to.deep.equal([]);
    expect((await readdir(path)).filter((name) => name.startsWith('fast_import'))).to.deep.equal(
      [],
    );
  });

  it('keeps file names that are not UTF-8', async () => {
    const name = Buffer.from([0x66, 0xff, 0x2e, 0x74]);
    const blob = makeObject('blob', Buffer.from('x'));
    const tree = makeObject(
      'tree',
      Buffer.concat([Buffer.from('100644 '), name, Buffer.from([0]), Buffer.from(blob.oid, 'hex')]),
    );
    await repository.writeObjects([blob, tree]);
    expect(makeTree((await repository.listTree(tree.oid)) ?? []).oid).to.equal(tree.oid);
  });

  it('survives packing and pruning by others while it is open', async () => {
    const sha = await work.publish({ a: '1', 'b/c': '2' }, 'First');
    await repository.readCommit(sha);
    await repository.maintain();
    await git(['--git-dir', path, 'repack', '-adq']);
    const reader = await openGitRepository(path, { blobCacheBytes: 0 });
    expect((await reader.walkTree((await reader.readCommit(sha)).tree)).length).to.equal(2);
    const next = await commitOf({ a: '2' }, [sha]);
    expect(
      (await repository.updateRefs([{ ref: 'refs/heads/main', from: sha, to: next }])).kind,
    ).to.equal('updated');
    await reader.close();
  });

  it('is not touched by the configuration of user or surroundings', async () => {
    const home = join(directory.path, 'home');
    await mkdir(home);
    await writeFile(join(home, '.gitconfig'), '[core]\n\thooksPath = /nonexistent\n[broken\n');
    const former = {
      HOME: process.env['HOME'],
      GIT_DIR: process.env['GIT_DIR'],
      GIT_OBJECT_DIRECTORY: process.env['GIT_OBJECT_DIRECTORY'],
    };
    Object.assign(process.env, {
      HOME: home,
      GIT_DIR: '/nonexistent',
      GIT_OBJECT_DIRECTORY: '/nonexistent',
    });
    try {
      const commit = await commitOf({ a: '1' });
      await repository.updateRefs([{ ref: 'refs/heads/clean', from: undefined, to: commit }]);
      expect([...(await repository.listRefs('refs/heads/'))]).to.deep.equal([
        ['refs/heads/clean', commit],
      ]);
    } finally {
      for (const [name, value] of Object.entries(former)) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
  });

  it('refuses a repository with SHA-256 objects and one that is none', async () => {
    const other = join(directory.path, 'sha256.git');
    await git(['init', '--quiet', '--bare', '--object-format=sha256', other]);
    expect(errorData(await failureOf(openGitRepository(other))).code).to.equal('CK-GIT-012');
    expect(errorData(await failureOf(openGitRepository(directory.path))).code).to.equal(
      'CK-GIT-001',
    );
  });

  it('ends its children on close', async () => {
    const sha = await work.publish({ a: '1' }, 'First');
    await repository.readCommit(sha);
    await repository.updateRefs([{ ref: 'refs/heads/x', from: undefined, to: sha }]);
    const pids = repository.children();
    expect(pids.length).to.equal(2);
    await repository.close();
    for (const pid of pids) expect(await isGone(pid)).to.equal(true);
    expect(errorData(await failureOf(repository.readCommit(ZERO_OID))).code).to.equal('CK-GIT-011');
  });

  it('leaves no child behind when its process is killed', async () => {
    const sha = await work.publish({ a: '1' }, 'First');
    const program = `
      import { openGitRepository } from ${JSON.stringify(new URL('./repository.ts', import.meta.url).href)};
      const repository = await openGitRepository(${JSON.stringify(path)});
      await repository.readCommit('${sha}');
      await repository.updateRefs([{ ref: 'refs/heads/x', from: undefined, to: '${sha}' }]);
      process.stdout.write(repository.children().join(','));
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const line = await new Promise<string>((resolve) =>
      child.stdout.once('data', (chunk) => resolve(String(chunk))),
    );
    const pids = line.split(',').map(Number);
    expect(pids.length).to.equal(2);
    child.kill('SIGKILL');
    for (const pid of pids) await eventually(() => isGone(pid));
  });

  it('lets idle children go and starts them again', async () => {
    const sha = await work.publish({ a: '1' }, 'First');
    const reader = await openGitRepository(path, { idleMs: 30 });
    await reader.readCommit(sha);
    await eventually(() => reader.children().length === 0);
    expect(await reader.hasObject(sha)).to.equal(true);
    await reader.close();
  });

  it('refuses names that would reach beyond a ref', async () => {
    const sha = await work.publish({ a: '1' }, 'First');
    for (const ref of [
      'refs/heads/../../config',
      'refs/heads/a b',
      'refs/heads/a\nupdate refs/heads/b',
      'config',
      'refs/heads/x.lock',
      'refs/heads/',
    ]) {
      expect(errorData(await failureOf(repository.resolveRef(ref))).code, ref).to.equal(
        'CK-GIT-006',
      );
      expect(
        errorData(await failureOf(repository.updateRefs([{ ref, from: undefined, to: sha }]))).code,
        ref,
      ).to.equal('CK-GIT-006');
    }
  });
});

/** A killed child may stay a zombie of the test's own process for a moment: state Z counts as gone. */
async function isGone(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  if (stat !== '') return / Z /.test(stat);
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}
