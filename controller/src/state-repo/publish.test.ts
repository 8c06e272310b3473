import { join } from 'node:path';
import {
  createBareRepository,
  createWorkClone,
  failureOf,
  runGit,
  temporaryDirectory,
} from '@codex-k8s/testing';
import { expect } from 'chai';
import fc from 'fast-check';
import { errorData } from '../errors/index.ts';
import { openGitRepository } from '../git/index.ts';
import type { TemporaryDirectory } from '@codex-k8s/testing';
import type { GitRepository } from '../git/index.ts';
import type { CheckpointName } from '../checkpoints/index.ts';
import { publishInPlace } from './in-place.ts';
import { publish } from './publish.ts';
import { TEMPLATE_DIRECTORY, readTemplate } from './template.ts';
import { directoryOf, stackOf } from './testing/stack-directory.ts';
import type { PublishContext } from './publish.ts';
import type { PublishRequest } from './state-repository.ts';

const BRANCH = 'env/production';

function context(
  checkpoint: (name: CheckpointName) => Promise<void> = () => Promise.resolve(),
): PublishContext {
  return {
    author: { name: 'Platform', email: 'platform@example.test' },
    clock: () => new Date(),
    checkpoint,
    template: () => readTemplate(TEMPLATE_DIRECTORY),
  };
}

function request(revision: number, extra: Partial<PublishRequest> = {}): PublishRequest {
  return {
    branch: BRANCH,
    directories: [stackOf('shop', revision)],
    subject: 'Publish',
    trailers: [['Codex-Run', `${revision}`]],
    ...extra,
  };
}

describe('publishing', () => {
  let directory: TemporaryDirectory;
  let bare: string;
  let repository: GitRepository;

  beforeEach(async () => {
    directory = await temporaryDirectory('publish');
    bare = await createBareRepository(join(directory.path, 'state.git'));
    repository = await openGitRepository(bare);
  });
  afterEach(async () => {
    await repository.close();
    await directory.remove();
  });

  const git = (...args: string[]) => runGit(['--git-dir', bare, ...args]);

  it('survives its git children being killed at any moment', async () => {
    const target = publishInPlace(repository);
    const killAll = () => {
      for (const pid of repository.children()) process.kill(pid, 'SIGKILL');
      return Promise.resolve();
    };
    for (let revision = 1; revision <= 5; revision += 1) {
      const result = await publish(target, context(killAll), request(revision));
      expect(result.kind).to.equal('published');
      expect(await git('rev-parse', `${BRANCH}:shop`)).to.equal(
        stackOf('shop', revision).contentHash,
      );
    }
    expect(await git('rev-list', '--count', BRANCH)).to.equal('6');
  });

  it('never puts what was decided earlier over what somebody published since', async () => {
    const target = publishInPlace(repository);
    await publish(target, context(), request(1));
    const replaces = { contentHash: stackOf('shop', 1).contentHash };
    const decided = (revision: number): PublishRequest =>
      request(revision, { directories: [{ ...stackOf('shop', revision), replaces }] });
    // Another process was faster; the one that was held up comes with what is old by now.
    await publish(target, context(), decided(3));
    const refused = errorData(await failureOf(publish(target, context(), decided(2))));
    expect(refused).to.include({ code: 'CK-STATE-007' });
    expect(refused.where).to.include({ stack: 'shop' });
    expect(await git('rev-parse', `${BRANCH}:shop`)).to.equal(stackOf('shop', 3).contentHash);
    // What stands there already is no conflict, and a stack beside it may have moved.
    await publish(target, context(), request(1, { directories: [stackOf('mail', 1)] }));
    expect(await publish(target, context(), decided(3))).to.include({ kind: 'unchanged' });
  });

  it('leaves the branch alone when the process dies before the swap, and the next publish works', async () => {
    const target = publishInPlace(repository);
    await publish(target, context(), request(1));
    const head = await git('rev-parse', BRANCH);
    expect(
      String(
        await failureOf(
          publish(
            target,
            context(() => Promise.reject(new Error('killed here'))),
            request(2),
          ),
        ),
      ),
    ).to.contain('killed here');
    expect(await git('rev-parse', BRANCH)).to.equal(head);
    expect((await publish(target, context(), request(2))).kind).to.equal('published');
    expect(await git('fsck', '--full', '--strict', '--no-dangling')).to.equal('');
  });

  it('counts its commit as published when only the answer was lost', async () => {
    const honest = publishInPlace(repository);
    const lossy = {
      ...honest,
      advance: async (...changes: Parameters<typeof honest.advance>) => {
        await honest.advance(...changes);
        return { kind: 'moved' as const, reason: 'the connection broke' };
      },
    };
    const result = await publish(lossy, context(), request(1));
    expect(result).to.include({
      kind: 'published',
      attempts: 1,
      commit: await git('rev-parse', BRANCH),
    });
  });

  it('gives up with a named error on a branch that never stands still', async () => {
    const honest = publishInPlace(repository);
    const restless = {
      ...honest,
      advance: () => Promise.resolve({ kind: 'moved' as const, reason: 'it stands elsewhere' }),
    };
    const failure = errorData(await failureOf(publish(restless, context(), request(1))));
    expect(failure.code).to.equal('CK-STATE-003');
    expect(failure.message).to.contain(BRANCH).and.to.contain('it stands elsewhere');
  });

  it('writes only what changed: one blob and the trees above it', async () => {
    const target = publishInPlace(repository);
    await publish(target, context(), request(1, { directories: [stackOf('shop', 1, 50)] }));
    const count = async () => Number((await git('count-objects')).split(' ')[0]);
    await git('gc', '--quiet', '--prune=now');
    await publish(target, context(), request(2, { directories: [stackOf('shop', 2, 50)] }));
    expect(await count()).to.equal(6);
  });

  it('clears away whatever people put into the directory', async () => {
    const target = publishInPlace(repository);
    await publish(target, context(), request(1));
    await using work = await createWorkClone(bare, { branch: BRANCH });
    const blob = await work.git('rev-parse', 'HEAD:shop/plan.json');
    const head = await work.git('rev-parse', 'HEAD');
    for (const line of [
      `100755,${blob},shop/plan.json`,
      `120000,${blob},shop/manifests/unit-0/link`,
      `160000,${head},shop/manifests/module`,
      `100644,${blob},shop/manifests/unit-1/service-unit-1.yaml/now-a-directory`,
    ]) {
      await work.git('update-index', '--add', '--replace', '--cacheinfo', line);
    }
    await work.git('commit', '--quiet', '--message', 'By hand');
    await work.push();
    expect((await publish(target, context(), request(1))).kind).to.equal('published');
    expect(await git('rev-parse', `${BRANCH}:shop`)).to.equal(stackOf('shop', 1).contentHash);
  });

  it('says that the template is missing', async () => {
    const bad = { ...context(), template: () => readTemplate(join(directory.path, 'none')) };
    expect(
      errorData(await failureOf(publish(publishInPlace(repository), bad, request(1)))).code,
    ).to.equal('CK-STATE-006');
  });

  it('makes the branch equal the model after any sequence of publishes', async () => {
    const stack = fc.constantFrom('shop', 'billing', 'web');
    const path = fc
      .array(fc.constantFrom('a', 'b', 'a.b', 'a-b', 'ä', 'plan.json', 'manifests'), {
        minLength: 1,
        maxLength: 3,
      })
      .map((parts) => parts.join('/'));
    const files = fc.dictionary(path, fc.constantFrom('', 'one\n', 'two', '\0binary'), {
      minKeys: 1,
      maxKeys: 6,
      noNullPrototype: true,
    });
    const step = fc.record({
      directories: fc.dictionary(stack, files, { minKeys: 1, maxKeys: 2, noNullPrototype: true }),
    });
    const target = publishInPlace(repository);
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        const branch = `slot/${(run += 1)}`;
        const model = new Map<string, Record<string, string>>();
        let commits = 0;
        for (const { directories } of steps) {
          const rendered = Object.entries(directories).map(
            ([name, content]) => [name, withoutClashes(content)] as const,
          );
          const changed = rendered.some(
            ([name, content]) =>
              JSON.stringify(sorted(model.get(name))) !== JSON.stringify(sorted(content)),
          );
          for (const [name, content] of rendered) model.set(name, content);
          const result = await publish(target, context(), {
            branch,
            directories: rendered.map(([name, content]) => directoryOf(name, content)),
            subject: 'Step',
            trailers: [],
          });
          expect(result.kind).to.equal(changed ? 'published' : 'unchanged');
          if (changed) commits += 1;
        }
        const root =
          (await repository.listTree(
            (await repository.resolveRef(`refs/heads/${branch}`)) ?? '',
          )) ?? [];
        for (const [name, content] of model) {
          const tree = root.find((entry) => entry.name === name)?.oid ?? '';
          expect(tree).to.equal(directoryOf(name, content).contentHash);
          const read = await Promise.all(
            (await repository.walkTree(tree)).map(
              async (file) =>
                [file.path, (await repository.readBlob(file.oid)).toString()] as const,
            ),
          );
          expect(sorted(Object.fromEntries(read))).to.deep.equal(sorted(content));
        }
        expect(await git('rev-list', '--count', branch)).to.equal(`${commits + 1}`);
      }),
      { numRuns: 25 },
    );
    expect(await git('fsck', '--full', '--strict', '--no-dangling')).to.equal('');
  });
});

/** A file cannot stand where another path needs a directory: the longer path gives way. */
function withoutClashes(content: Record<string, string>): Record<string, string> {
  const names = Object.keys(content);
  return Object.fromEntries(
    Object.entries(content).filter(
      ([path]) => !names.some((other) => path.startsWith(`${other}/`)),
    ),
  );
}

function sorted(content: Record<string, string> | undefined): [string, string][] {
  return Object.entries(content ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
