import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createBareRepository,
  createGitHttpServer,
  createWorkClone,
  failureOf,
  runGit,
  temporaryDirectory,
} from '@codex-k8s/testing';
import { expect } from 'chai';
import type { GitHttpServer, TemporaryDirectory } from '@codex-k8s/testing';
import type { CheckpointName } from '../checkpoints/index.ts';
import { errorData } from '../errors/index.ts';
import { openStateRepository } from './open.ts';
import { stackOf } from './testing/stack-directory.ts';
import { runTrailer } from './trailers.ts';
import type { StateRepositoryOptions } from './open.ts';
import type { PublishRequest, StateRepository } from './state-repository.ts';

const author = { name: 'Platform', email: 'platform@example.test' };
const TOKEN = 'state-token-canary';
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

/** Publishes in a row; how many of them became commits. */
async function publishMany(
  repository: StateRepository,
  stack: string,
  count: number,
): Promise<number> {
  let commits = 0;
  for (let n = 1; n <= count; n += 1) {
    const result = await repository.publish(
      request(n, { directories: [stackOf(stack, n)], trailers: [runTrailer(`${stack}-${n}`)] }),
    );
    if (result.kind === 'published') commits += 1;
  }
  return commits;
}

type Way = 'in place' | 'by file URL' | 'by smart HTTP';

for (const way of ['in place', 'by file URL', 'by smart HTTP'] satisfies Way[]) {
  describe(`a state repository ${way}`, () => {
    let directory: TemporaryDirectory;
    let server: GitHttpServer | undefined;
    let bare: string;
    let state: StateRepository;
    let mirrors = 0;

    beforeEach(async () => {
      directory = await temporaryDirectory('state');
      bare = await createBareRepository(join(directory.path, 'served', 'state.git'));
      const auth = { user: 'x-access-token', password: TOKEN };
      if (way === 'by smart HTTP')
        server = await createGitHttpServer({ root: join(directory.path, 'served'), auth });
      state = await open();
    });
    afterEach(async () => {
      await state.close();
      await server?.stop();
      server = undefined;
      await directory.remove();
    });

    /** Another process's view: with a mirror of its own. */
    function open(extra: Partial<StateRepositoryOptions> = {}): Promise<StateRepository> {
      mirrors += 1;
      const mirrorDirectory = join(directory.path, `mirror-${mirrors}.git`);
      const where =
        way === 'in place'
          ? { path: bare }
          : {
              url: server === undefined ? `file://${bare}` : `${server.url}/state.git`,
              mirrorDirectory,
              token: () => Promise.resolve(TOKEN),
            };
      return openStateRepository({ author, ...extra, ...where });
    }

    const git = (...args: string[]) => runGit(['--git-dir', bare, ...args]);
    async function published(
      revision: string | number,
      extra: Partial<PublishRequest> = {},
    ): Promise<string> {
      const result = await state.publish(request(revision, extra));
      if (result.kind !== 'published') throw new Error(`revision ${revision} was ${result.kind}`);
      return result.commit;
    }

    it('starts a branch from the template and puts the stack beside it', async () => {
      expect(await state.readBranch(BRANCH)).to.equal(undefined);
      const commit = await published(1);
      const names = (await git('ls-tree', '--name-only', BRANCH)).split('\n');
      expect(names).to.include.members([
        'README.md',
        '.gitattributes',
        'CODEOWNERS',
        '.github',
        'shop',
      ]);
      expect(await git('rev-list', '--count', BRANCH)).to.equal('2');
      expect(await git('rev-parse', 'main')).to.equal(await git('rev-parse', `${BRANCH}^`));
      expect(await git('rev-parse', BRANCH)).to.equal(commit);
      expect(await git('fsck', '--full', '--strict', '--no-dangling')).to.equal('');
    });

    it('shares the root between branches, and starts apart where main has a life of its own', async () => {
      await published(1);
      await published(1, { branch: 'slot/7' });
      const root = await git('rev-list', '--max-parents=0', BRANCH);
      expect(await git('rev-list', '--max-parents=0', 'slot/7')).to.equal(root);
      await using work = await createWorkClone(bare);
      const main = await work.publish({ 'notes.md': 'ours\n' }, 'Notes');
      await state.refresh();
      await published(1, { branch: 'env/staging' });
      expect(await git('rev-parse', 'main')).to.equal(main);
      expect(await git('rev-list', '--count', 'env/staging')).to.equal('2');
      expect((await git('ls-tree', '--name-only', 'env/staging')).split('\n')).not.to.include(
        'notes.md',
      );
    });

    it('reports the content hash of each stack and leaves other directories out', async () => {
      const [shop, billing] = [stackOf('shop', 1), stackOf('billing', 1)];
      const head = await published(1, { directories: [shop, billing] });
      expect(await state.readBranch(BRANCH)).to.deep.equal({
        head,
        stacks: new Map([
          ['billing', billing.contentHash],
          ['shop', shop.contentHash],
        ]),
      });
      expect(await git('rev-parse', `${BRANCH}:shop`)).to.equal(shop.contentHash);
    });

    it('makes no commit when nothing changed', async () => {
      const head = await published(1);
      expect(await state.publish(request(1))).to.deep.equal({ kind: 'unchanged', head });
      expect(await git('rev-parse', BRANCH)).to.equal(head);
    });

    it('leaves no stale file behind and touches nothing beside the stack', async () => {
      await published(1, { directories: [stackOf('shop', 1, 4), stackOf('billing', 1)] });
      await using work = await createWorkClone(bare, { branch: BRANCH });
      await work.publish(
        { CODEOWNERS: '* @me\n', 'notes/x.md': 'x\n', 'shop/stray.txt': 'stray\n' },
        'By hand',
      );
      await state.refresh();
      await published(2, { directories: [stackOf('shop', 2, 2)] });
      const files = (await git('ls-tree', '-r', '--name-only', BRANCH, 'shop/'))
        .split('\n')
        .map((path) => path.slice(5));
      expect(files).to.have.members(stackOf('shop', 2, 2).files.map(({ path }) => path));
      expect(await git('show', `${BRANCH}:CODEOWNERS`)).to.equal('* @me');
      expect(await git('show', `${BRANCH}:notes/x.md`)).to.equal('x');
      expect(await git('rev-parse', `${BRANCH}:billing`)).to.equal(
        stackOf('billing', 1).contentHash,
      );
      expect(await git('rev-list', '--count', BRANCH)).to.equal('4');
    });

    it('publishes several stacks in one commit', async () => {
      await published(1);
      const before = Number(await git('rev-list', '--count', BRANCH));
      await published(2, {
        directories: [stackOf('shop', 2), stackOf('billing', 2), stackOf('web', 2)],
        trailers: [runTrailer('a'), runTrailer('b'), runTrailer('c')],
      });
      expect(Number(await git('rev-list', '--count', BRANCH))).to.equal(before + 1);
      const commit = await state.findPublished(BRANCH, runTrailer('b'));
      expect(commit?.trailers).to.deep.equal([runTrailer('a'), runTrailer('b'), runTrailer('c')]);
    });

    it("keeps someone else's commit when a push is rejected, and commits again on top", async () => {
      await published(1);
      await using work = await createWorkClone(bare, { branch: BRANCH });
      const theirs = await work.publish({ CODEOWNERS: '* @them\n' }, 'Theirs');
      const result = await state.publish(request(2));
      expect(result).to.include({ kind: 'published', parent: theirs });
      expect(await git('show', `${BRANCH}:CODEOWNERS`)).to.equal('* @them');
      expect(await git('rev-parse', `${BRANCH}:shop`)).to.equal(stackOf('shop', 2).contentHash);
    });

    it('takes the content for published when someone else already pushed it', async () => {
      await published(1);
      const other = await open();
      const theirs = await other.publish(request(2));
      await other.close();
      expect(await state.publish(request(2, { trailers: [runTrailer('mine')] }))).to.deep.equal({
        kind: 'unchanged',
        head: theirs.kind === 'published' ? theirs.commit : '',
      });
    });

    it('loses no update between two publishers of one branch', async () => {
      const count = way === 'by smart HTTP' ? 8 : 20;
      await published('start');
      const other = await open();
      const commits = await Promise.all([
        publishMany(state, 'left', count),
        publishMany(other, 'right', count),
      ]);
      await other.close();
      expect(commits).to.deep.equal([count, count]);
      const log = (
        await git('log', '--format=%P|%(trailers:key=Codex-Run,valueonly,separator=%x2C)', BRANCH)
      ).split('\n');
      expect(
        log.every((line) => (line.split('|')[0] ?? '').split(' ').length === 1),
        'a linear history',
      ).to.equal(true);
      const runs = log.map((line) => line.split('|')[1] ?? '').toReversed();
      for (const stack of ['left', 'right']) {
        expect(runs.filter((run) => run.startsWith(stack))).to.deep.equal(
          Array.from({ length: count }, (_, index) => `${stack}-${index + 1}`),
        );
        expect(await git('rev-parse', `${BRANCH}:${stack}`)).to.equal(
          stackOf(stack, count).contentHash,
        );
      }
      expect(await git('fsck', '--full', '--strict', '--no-dangling')).to.equal('');
    });

    it('queues publishes of one process instead of racing them', async () => {
      const results = await Promise.all(
        Array.from({ length: 8 }, (_, n) =>
          state.publish(request(n, { directories: [stackOf(`stack-${n}`, n)] })),
        ),
      );
      expect(
        results.every((result) => result.kind === 'published' && result.attempts === 1),
      ).to.equal(true);
      expect((await state.readBranch(BRANCH))?.stacks.size).to.equal(8);
    });

    it('passes a checkpoint right before and right after the branch moves', async () => {
      const seen: string[] = [];
      const watched = await open({
        checkpoint: async (name: CheckpointName) => {
          const head = await git('rev-parse', '--verify', '--quiet', BRANCH).catch(() => 'none');
          seen.push(
            `${name} ${head === 'none' ? 'none' : await git('log', '-1', '--format=%s', BRANCH)}`,
          );
        },
      });
      await watched.publish(request(1));
      await watched.publish(request(2));
      await watched.publish(request(2));
      await watched.close();
      expect(seen).to.deep.equal([
        'state.committing none',
        'state.committed Publish 1',
        'state.committing Publish 1',
        'state.committed Publish 2',
      ]);
    });

    it('can be adopted by a process that knows nothing but the trailer', async () => {
      await published(1);
      const mine = await published(2);
      await published(3);
      const other = await open();
      expect((await other.findPublished(BRANCH, runTrailer('run-2')))?.oid).to.equal(mine);
      expect(await other.findPublished(BRANCH, runTrailer('run-9'))).to.equal(undefined);
      expect(await other.findPublished('env/none', runTrailer('run-2'))).to.equal(undefined);
      expect(await other.findPublished(BRANCH, runTrailer('run-2'), mine)).to.equal(undefined);
      expect((await other.findPublished(BRANCH, runTrailer('run-3'), mine))?.subject).to.equal(
        'Publish 3',
      );
      await other.close();
    });

    it('adopts what another process published meanwhile', async () => {
      await published(1);
      const other = await open();
      await other.readBranch(BRANCH);
      const mine = await published(2);
      expect((await other.findPublished(BRANCH, runTrailer('run-2')))?.oid).to.equal(mine);
      await other.close();
    });

    it('knows what descends from what, a rewound branch and unknown commits included', async () => {
      const [first, second] = [await published(1), await published(2)];
      expect(await state.descendsFrom(second, first)).to.equal(true);
      expect(await state.descendsFrom(first, second)).to.equal(false);
      expect(await state.descendsFrom(second, 'e'.repeat(40))).to.equal(false);
    });

    it('follows a branch that was rewound, deleted or emptied by hand, and publishes on', async () => {
      const [first, second] = [await published(1), await published(2)];
      await git('update-ref', `refs/heads/${BRANCH}`, first);
      await state.refresh();
      expect((await state.readBranch(BRANCH))?.head).to.equal(first);
      expect(await state.descendsFrom(first, second)).to.equal(false);
      const third = await published(3);
      expect(await git('rev-parse', `${third}^`)).to.equal(first);
      await git('update-ref', '-d', `refs/heads/${BRANCH}`);
      await state.refresh();
      expect(await state.readBranch(BRANCH)).to.equal(undefined);
      await published(4);
      await using work = await createWorkClone(bare, { branch: BRANCH });
      await work.remove('shop');
      const emptied = await work.commit('Empty');
      await work.push();
      await state.refresh();
      expect(await state.readBranch(BRANCH)).to.deep.equal({ head: emptied, stacks: new Map() });
      expect(await state.readPlan(emptied, 'shop')).to.deep.equal({ kind: 'absent' });
      await published(4);
      expect(await git('rev-parse', `${BRANCH}:shop`)).to.equal(stackOf('shop', 4).contentHash);
    });

    it('does not believe an outdated view: the same content is published again on a branch that was deleted', async () => {
      await published(1);
      await git('update-ref', '-d', `refs/heads/${BRANCH}`);
      const result = await state.publish(request(1));
      expect(result.kind).to.equal('published');
      expect(await git('rev-parse', `${BRANCH}:shop`)).to.equal(stackOf('shop', 1).contentHash);
    });

    it('reports a repository that is gone, and starts over in one that was made anew', async () => {
      await published(1);
      await rename(bare, `${bare}.gone`);
      const codes = ['CK-GIT-001', 'CK-GIT-013'];
      expect(errorData(await failureOf(state.publish(request(2)))).code).to.be.oneOf(codes);
      if (way !== 'in place')
        expect(errorData(await failureOf(state.refresh())).code).to.be.oneOf(codes);
      await createBareRepository(bare);
      await state.refresh();
      expect(await state.readBranch(BRANCH)).to.equal(undefined);
      await published(2);
      expect(await git('fsck', '--full', '--strict', '--no-dangling')).to.equal('');
      expect(await git('rev-parse', `${BRANCH}:shop`)).to.equal(stackOf('shop', 2).contentHash);
    });

    it('still works after packing and pruning', async () => {
      await published(1);
      await published(2);
      await state.maintain();
      await git('gc', '--quiet', '--prune=now');
      await published(3);
      expect((await state.readBranch(BRANCH))?.stacks.get('shop')).to.equal(
        stackOf('shop', 3).contentHash,
      );
      expect(await git('fsck', '--full', '--strict', '--no-dangling')).to.equal('');
    });

    if (way !== 'in place') {
      it('loses no update when two processes share one mirror', async () => {
        const count = 8;
        await published('start');
        const mirrorDirectory = join(directory.path, `mirror-${mirrors}.git`);
        const url = server === undefined ? `file://${bare}` : `${server.url}/state.git`;
        const other = await openStateRepository({
          author,
          url,
          mirrorDirectory,
          token: () => Promise.resolve(TOKEN),
        });
        const commits = await Promise.all([
          publishMany(state, 'left', count),
          publishMany(other, 'right', count),
        ]);
        await other.close();
        expect(commits).to.deep.equal([count, count]);
        for (const stack of ['left', 'right']) {
          expect(await git('rev-parse', `${BRANCH}:${stack}`)).to.equal(
            stackOf(stack, count).contentHash,
          );
        }
        expect(await git('rev-list', '--count', BRANCH)).to.equal(String(2 * count + 2));
      });

      it('brings a lost mirror back by itself', async () => {
        await published(1);
        await rm(join(directory.path, `mirror-${mirrors}.git`), { recursive: true });
        expect((await state.readBranch(BRANCH))?.stacks.size).to.equal(1);
        await published(2);
      });

      it('keeps the token out of arguments, addresses, files and messages', async () => {
        await published(1);
        const mirror = join(directory.path, `mirror-${mirrors}.git`);
        const found = await runGit(['grep', '--no-index', '--quiet', TOKEN, '--', '.'], {
          cwd: mirror,
        }).then(
          () => true,
          () => false,
        );
        expect(found).to.equal(false);
      });
    }

    if (way === 'by smart HTTP') {
      it('waits an outage out: a failed publish says so, the next one works', async () => {
        await published(1);
        server?.answerWith(503);
        const failure = errorData(await failureOf(state.publish(request(2))));
        expect(failure.code).to.equal('CK-GIT-008');
        expect(JSON.stringify(failure)).not.to.contain(TOKEN);
        expect((await state.readBranch(BRANCH))?.stacks.get('shop')).to.equal(
          stackOf('shop', 1).contentHash,
        );
        server?.answerWith(undefined);
        await published(2);
      });

      it('tells a refused token', async () => {
        const url = `${server?.url ?? ''}/state.git`;
        const refused = await openStateRepository({
          url,
          author,
          mirrorDirectory: join(directory.path, 'refused.git'),
          token: () => Promise.resolve('wrong'),
        });
        expect(errorData(await failureOf(refused.publish(request(1)))).code).to.equal('CK-GIT-009');
        await refused.close();
      });
    }

    if (way !== 'in place') {
      it('names the rule by which the server refused a push', async () => {
        await published(1);
        await writeFile(
          join(bare, 'hooks', 'pre-receive'),
          '#!/bin/sh\necho "protected by policy 7" >&2\nexit 1\n',
          { mode: 0o755 },
        );
        const failure = errorData(await failureOf(state.publish(request(2))));
        expect(failure.code).to.equal('CK-STATE-004');
        expect(failure.message).to.contain('pre-receive hook declined');
        await rm(join(bare, 'hooks', 'pre-receive'));
        await published(2);
      });
    }
  });
}
