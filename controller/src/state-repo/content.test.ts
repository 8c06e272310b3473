import { join } from 'node:path';
import { createBareRepository, failureOf, runGit, temporaryDirectory } from '@codex-k8s/testing';
import { expect } from 'chai';
import type { TemporaryDirectory } from '@codex-k8s/testing';
import { errorData } from '../errors/index.ts';
import { openStateRepository } from './open.ts';
import { directoryOf, planOf, stackOf } from './testing/stack-directory.ts';
import { correlationTrailer, runTrailer, stackTrailer } from './trailers.ts';
import type { PublishRequest, StateRepository } from './state-repository.ts';

const BRANCH = 'env/production';

function request(revision: string | number, extra: Partial<PublishRequest> = {}): PublishRequest {
  return {
    branch: BRANCH,
    directories: [stackOf('shop', revision)],
    subject: `Publish ${revision}`,
    trailers: [runTrailer(`run-${revision}`)],
    ...extra,
  };
}

describe('what stands in a state repository', () => {
  let directory: TemporaryDirectory;
  let bare: string;
  let state: StateRepository;

  beforeEach(async () => {
    directory = await temporaryDirectory('state');
    bare = await createBareRepository(join(directory.path, 'state.git'));
    state = await openStateRepository({
      path: bare,
      author: { name: 'Platform', email: 'platform@example.test' },
      clock: () => new Date('2026-03-04T05:06:07.890Z'),
    });
  });
  afterEach(async () => {
    await state.close();
    await directory.remove();
  });

  const git = (...args: string[]) => runGit(['--git-dir', bare, ...args]);
  async function published(
    revision: string | number,
    extra: Partial<PublishRequest> = {},
  ): Promise<string> {
    const result = await state.publish(request(revision, extra));
    if (result.kind !== 'published') throw new Error(`revision ${revision} was ${result.kind}`);
    return result.commit;
  }

  it('writes author, time and trailers as given', async () => {
    const hash = stackOf('shop', 1).contentHash;
    await state.publish(
      request(1, {
        subject: 'shop: two\nlines',
        trailers: [
          runTrailer('r-1'),
          stackTrailer({
            stack: 'shop',
            contentHash: hash,
            sourceSha: 'a'.repeat(40),
            runId: 'r-1',
          }),
          correlationTrailer('c-1'),
        ],
      }),
    );
    expect(await git('log', '-1', '--format=%s|%an|%ae|%cn|%ce|%ct', BRANCH)).to.equal(
      'shop: two lines|Platform|platform@example.test|Platform|platform@example.test|1772600767',
    );
    expect(await git('log', '-1', '--format=%(trailers:only)', BRANCH)).to.equal(
      `Codex-Run: r-1\nCodex-Stack: shop ${hash} ${'a'.repeat(40)} r-1\nCodex-Correlation: c-1\n`,
    );
  });

  it('publishes nothing when the files do not hash to the content hash', async () => {
    const head = await published(1);
    const wrong = { ...stackOf('shop', 2), contentHash: stackOf('shop', 3).contentHash };
    const failure = errorData(await failureOf(state.publish(request(2, { directories: [wrong] }))));
    expect(failure).to.include({ code: 'CK-STATE-002' });
    expect(failure.message).to.contain('shop');
    const [file] = wrong.files;
    const lying = directoryOf('shop', { a: 'one' });
    if (lying.files[0] !== undefined && file !== undefined)
      lying.files[0].bytes = Buffer.from('two');
    expect(
      errorData(await failureOf(state.publish(request(2, { directories: [lying] })))).code,
    ).to.equal('CK-STATE-002');
    expect(await git('rev-parse', BRANCH)).to.equal(head);
  });

  it('refuses names that are no branch, stack or file of its own', async () => {
    const code = async (extra: Partial<PublishRequest>) =>
      errorData(await failureOf(state.publish(request(1, extra)))).code;
    for (const branch of ['main', 'env/../x', 'env/A', 'production', 'slot/x', 'env/a/b']) {
      expect(await code({ branch }), branch).to.equal('CK-STATE-001');
    }
    for (const stack of ['.github', 'README.md', 'a/b', '', 'Shop']) {
      expect(await code({ directories: [{ ...stackOf('shop', 1), stack }] }), stack).to.equal(
        'CK-STATE-001',
      );
    }
    for (const path of ['../x', '/x', 'a//b', 'a/.git/config', '.GIT', 'a/./b', '']) {
      expect(
        await code({
          directories: [
            {
              stack: 'shop',
              contentHash: 'x',
              files: [{ path, bytes: Buffer.from(''), digest: 'x' }],
            },
          ],
        }),
        path,
      ).to.equal('CK-STATE-001');
    }
    expect(await code({ directories: [] })).to.equal('CK-STATE-005');
    expect(await state.readBranch(BRANCH)).to.equal(undefined);
  });

  it('reads plans and files at a commit, and absence and damage as facts', async () => {
    const first = await published(1);
    const reading = await state.readPlan(first, 'shop');
    expect(reading.kind === 'plan' ? reading.plan.stack : reading.kind).to.equal('shop');
    expect(await state.readPlan(first, 'none')).to.deep.equal({ kind: 'absent' });
    expect(await state.readPlan(first, '../shop')).to.deep.equal({ kind: 'absent' });
    const files = await state.listFiles(first, 'shop');
    expect([...files.keys()]).to.have.members(stackOf('shop', 1).files.map(({ path }) => path));
    expect((await state.readFile(files.get('plan.json') ?? '')).toString()).to.equal(
      planOf('shop'),
    );
    expect((await state.listFiles(first, 'none')).size).to.equal(0);
    const damaged: [string, Record<string, string>, RegExp][] = [
      ['empty', { 'plan.json': '' }, /empty\/plan\.json is empty/],
      ['broken', { 'plan.json': '{"kind": ' }, /broken\/plan\.json is not JSON/],
      [
        'wrong',
        { 'plan.json': '{"kind": "ExecutionPlan"}' },
        /wrong\/plan\.json is not an ExecutionPlan/,
      ],
      ['other', { 'plan.json': planOf('shop') }, /is the plan of stack shop/],
      ['folder', { 'plan.json/x': '{}' }, /is not a file/],
    ];
    const commit = await published(2, {
      directories: damaged.map(([stack, content]) => directoryOf(stack, content)),
    });
    for (const [stack, , reason] of damaged) {
      const plan = await state.readPlan(commit, stack);
      expect(plan.kind, stack).to.equal('unreadable');
      expect(plan.kind === 'unreadable' ? plan.reason : '').to.match(reason);
    }
    const none = await published(3, { directories: [directoryOf('bare', { 'x.txt': '' })] });
    expect(await state.readPlan(none, 'bare')).to.deep.equal({ kind: 'absent' });
  });
});
