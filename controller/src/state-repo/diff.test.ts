import { spawnSync } from 'node:child_process';
import { readFile, writeFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createBareRepository, gitEnvironment, temporaryDirectory } from '@codex-k8s/testing';
import { expect } from 'chai';
import fc from 'fast-check';
import type { TemporaryDirectory } from '@codex-k8s/testing';
import { diffLines } from './line-diff.ts';
import { openStateRepository } from './open.ts';
import { directoryOf } from './testing/stack-directory.ts';
import { unifiedPatch } from './unified-patch.ts';
import type { StateRepository } from './state-repository.ts';

const line = fc.constantFrom('a', 'b', 'c', '', 'kind: X', '-- x', '+y');
const anyText = fc
  .tuple(fc.array(line, { maxLength: 25 }), fc.boolean())
  .map(([lines, newline]) => lines.join('\n') + (newline && lines.length > 0 ? '\n' : ''));

function secret(value: string): string {
  return `apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\n  annotations:\n    note: ${value}-note\ndata:\n  password: ${value}\n  user: c2FtZQ==\n`;
}

function ofKind(kind: string): string {
  return `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: db\ndata:\n  password: canary-x\n`;
}

describe('a unified patch', () => {
  it('turns the old text into the new one when git applies it', async () => {
    await using directory = await temporaryDirectory('patch');
    await fc.assert(
      fc.asyncProperty(anyText, anyText, async (before, after) => {
        if (before === after) return;
        const patch = unifiedPatch(
          'f.txt',
          before === '' ? undefined : { text: before },
          after === '' ? undefined : { text: after },
        );
        const folder = join(directory.path, String(Math.random()));
        await mkdir(folder);
        if (before !== '') await writeFile(join(folder, 'f.txt'), before);
        const applied = spawnSync('git', ['apply', '--unidiff-zero', '--whitespace=nowarn', '-'], {
          cwd: folder,
          input: patch,
          env: gitEnvironment(),
        });
        expect(applied.stderr.toString(), patch).to.equal('');
        const result = await readFile(join(folder, 'f.txt'), 'utf8').catch(() => '');
        expect(result, patch).to.equal(after);
      }),
      { numRuns: 150 },
    );
  });

  it('is as short as it can be', () => {
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 12 }),
        fc.array(line, { maxLength: 12 }),
        (before, after) => {
          const edits = diffLines(before, after).reduce(
            (sum, each) => sum + each.oldEnd - each.oldStart + each.newEnd - each.newStart,
            0,
          );
          expect(edits).to.equal(before.length + after.length - 2 * commonLength(before, after));
        },
      ),
    );
  });

  it('stays quick on texts that share little', () => {
    const [before, after] = ['x', 'y'].map((word) =>
      Array.from({ length: 20_000 }, (_, index) => `${word}${index % 7}${index}`),
    );
    const start = performance.now();
    expect(diffLines(before ?? [], after ?? [])).to.deep.equal([
      { oldStart: 0, oldEnd: 20_000, newStart: 0, newEnd: 20_000 },
    ]);
    expect(performance.now() - start).to.be.below(2_000);
  });
});

describe('the diff of state commits', () => {
  let directory: TemporaryDirectory;
  let state: StateRepository;

  beforeEach(async () => {
    directory = await temporaryDirectory('diff');
    const path = await createBareRepository(join(directory.path, 'state.git'));
    state = await openStateRepository({ path, author: { name: 'P', email: 'p@example.test' } });
  });
  afterEach(async () => {
    await state.close();
    await directory.remove();
  });

  async function publish(content: Record<string, string>, stack = 'shop'): Promise<string> {
    const result = await state.publish({
      branch: 'env/x',
      directories: [directoryOf(stack, content)],
      subject: 'P',
      trailers: [],
    });
    return result.kind === 'published' ? result.commit : result.head;
  }

  it('shows added, modified and removed files by path, and only those', async () => {
    const first = await publish({
      'plan.json': '{}\n',
      'manifests/web/service-web.yaml': 'kind: Service\nport: 1\n',
      'manifests/db/service-db.yaml': 'kind: Service\n',
    });
    const second = await publish({
      'plan.json': '{}\n',
      'manifests/web/service-web.yaml': 'kind: Service\nport: 2\n',
      'manifests/new/service-new.yaml': 'kind: Service\n',
    });
    const diff = await state.diff(first, second);
    expect(diff.map(({ path, change }) => `${change} ${path}`)).to.deep.equal([
      'removed shop/manifests/db/service-db.yaml',
      'added shop/manifests/new/service-new.yaml',
      'modified shop/manifests/web/service-web.yaml',
    ]);
    expect(diff[2]?.patch).to.equal(
      'diff --git a/shop/manifests/web/service-web.yaml b/shop/manifests/web/service-web.yaml\n' +
        '--- a/shop/manifests/web/service-web.yaml\n+++ b/shop/manifests/web/service-web.yaml\n' +
        '@@ -1,2 +1,2 @@\n kind: Service\n-port: 1\n+port: 2\n',
    );
    expect(await state.diff(second, second)).to.deep.equal([]);
  });

  it('shows one stack alone, and everything of a first commit', async () => {
    const first = await publish({ a: '1\n' });
    const second = await publish({ b: '1\n' }, 'billing');
    expect((await state.diff(first, second, { stack: 'shop' })).length).to.equal(0);
    expect(
      (await state.diff(undefined, second, { stack: 'billing' })).map(({ path }) => path),
    ).to.deep.equal(['billing/b']);
    expect((await state.diff(undefined, second)).map(({ path }) => path)).to.include.members([
      'README.md',
      'shop/a',
      'billing/b',
    ]);
  });

  it('stays inside its bounds and says where it was cut', async () => {
    const first = await publish({ a: 'x\n' });
    const content = Object.fromEntries(
      Array.from({ length: 30 }, (_, n) => [`file-${n}`, `line of text ${n}\n`.repeat(50)]),
    );
    const second = await publish({ ...content, binary: 'a\0b', huge: 'h\n'.repeat(1 << 20) });
    const bounded = await state.diff(first, second, { maxBytes: 5_000, maxFiles: 20 });
    expect(bounded.length).to.equal(33);
    expect(bounded.slice(20).every(({ patch, truncated }) => patch === '' && truncated)).to.equal(
      true,
    );
    expect(bounded.reduce((sum, { patch }) => sum + Buffer.byteLength(patch), 0)).to.be.at.most(
      5_000,
    );
    expect(bounded.filter(({ truncated }) => truncated).length).to.be.above(0);
    const whole = await state.diff(first, second);
    expect(whole.find(({ path }) => path.endsWith('/binary'))).to.include({
      truncated: true,
      patch: 'Binary or large file shop/binary differs\n',
    });
    expect(whole.find(({ path }) => path.endsWith('/huge'))?.truncated).to.equal(true);
    expect(whole.find(({ path }) => path.endsWith('/file-3'))?.truncated).to.equal(false);
  });

  it('shows which key of a Secret changed and never its value', async () => {
    const first = await publish({ 'manifests/db/secret-db.yaml': secret('canary-one') });
    const second = await publish({ 'manifests/db/secret-db.yaml': secret('canary-two') });
    const [diff] = await state.diff(first, second);
    expect(diff?.patch)
      .to.contain('-  password: ***\n+  password: ***\n   user: ***\n')
      .and.to.contain('   name: db');
    expect(JSON.stringify(await state.diff(undefined, second))).not.to.match(/canary|c2FtZQ/);
  });

  it('hides a value that changes place between a Secret and another kind', async () => {
    const first = await publish({ 'manifests/db/x.yaml': ofKind('Secret') });
    const second = await publish({ 'manifests/db/x.yaml': ofKind('ConfigMap') });
    expect((await state.diff(first, second))[0]?.patch).not.to.contain('canary-x');
  });
});

/** Length of the longest common subsequence, by the textbook. */
function commonLength(a: readonly string[], b: readonly string[]): number {
  let row = Array.from({ length: b.length + 1 }, () => 0);
  for (const one of a) {
    const next = [0];
    for (let j = 0; j < b.length; j += 1) {
      next.push(one === b[j] ? (row[j] ?? 0) + 1 : Math.max(next[j] ?? 0, row[j + 1] ?? 0));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
