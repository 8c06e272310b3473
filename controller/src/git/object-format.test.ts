import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { gitEnvironment, temporaryDirectory } from '@codex-k8s/testing';
import { expect } from 'chai';
import fc from 'fast-check';
import { initBareRepository } from './init.ts';
import {
  makeCommit,
  makeObject,
  makeTree,
  parseCommit,
  parseTrailers,
  parseTree,
} from './object-format.ts';
import { encodePack } from './pack-format.ts';
import { isRefName } from './ref-names.ts';

const name = fc
  .oneof(
    fc.stringMatching(/^[a-zA-Z0-9._-]{1,8}$/),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }),
  )
  .filter((text) => !/[/\0]/.test(text) && !/^\.{1,2}$|^\.git$/i.test(text));

describe('the format of git objects', () => {
  it('gives trees the ids that git gives them', async () => {
    await using directory = await temporaryDirectory('format');
    const path = join(directory.path, 'x.git');
    await initBareRepository(path);
    const blob = makeObject('blob', Buffer.from('x')).oid;
    const entry = fc.record({ name, directory: fc.boolean() });
    fc.assert(
      fc.property(
        fc.uniqueArray(entry, { selector: (each) => each.name, maxLength: 12 }),
        (entries) => {
          const lines = entries.map((each) =>
            each.directory
              ? { name: each.name, mode: '40000', type: 'tree' as const, oid: makeTree([]).oid }
              : { name: each.name, mode: '100644', type: 'blob' as const, oid: blob },
          );
          const input = lines
            .map((line) => `${line.mode.padStart(6, '0')} ${line.type} ${line.oid}\t${line.name}\0`)
            .join('');
          const made = spawnSync('git', ['--git-dir', path, 'mktree', '-z', '--missing'], {
            input,
            env: gitEnvironment(),
          });
          const tree = makeTree(lines);
          expect(tree.oid).to.equal(made.stdout.toString().trim());
          expect(makeTree(parseTree(Buffer.from(tree.bytes)) ?? []).oid).to.equal(tree.oid);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('packs objects of any size so that git accepts them', async () => {
    await using directory = await temporaryDirectory('format');
    const path = join(directory.path, 'x.git');
    await initBareRepository(path);
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat({ max: 70_000 }), { minLength: 1, maxLength: 5 }),
        (sizes) => {
          const objects = sizes.map((size) => makeObject('blob', Buffer.alloc(size, `${size}`)));
          const run = spawnSync('git', ['--git-dir', path, 'index-pack', '--strict', '--stdin'], {
            input: encodePack(objects),
            env: gitEnvironment(),
          });
          expect(run.stderr.toString()).to.equal('');
          const check = spawnSync('git', ['--git-dir', path, 'cat-file', '--batch-check'], {
            input: objects.map(({ oid }) => `${oid}\n`).join(''),
            env: gitEnvironment(),
          });
          expect(check.stdout.toString()).to.equal(
            objects.map(({ oid, bytes }) => `${oid} blob ${bytes.length}\n`).join(''),
          );
        },
      ),
      { numRuns: 20 },
    );
  });

  it('reads back what it writes in a commit', () => {
    const at = new Date('2026-01-02T03:04:05.678Z');
    const made = makeCommit({
      tree: makeTree([]).oid,
      parents: ['a'.repeat(40), 'b'.repeat(40)],
      author: { name: 'An <evil>\nname', email: 'e@x\n' },
      at,
      message: 'Überschrift\n\nRun: 1',
    });
    const read = parseCommit(made.oid, Buffer.from(made.bytes));
    expect(read).to.deep.include({
      tree: makeTree([]).oid,
      parents: ['a'.repeat(40), 'b'.repeat(40)],
      subject: 'Überschrift',
      trailers: [['Run', '1']],
      committedAt: new Date('2026-01-02T03:04:05Z'),
    });
  });

  it('takes only a whole last paragraph for trailers', () => {
    expect(parseTrailers('Fix: it')).to.deep.equal([]);
    expect(parseTrailers('Subject\n\nA: 1\nnot a trailer')).to.deep.equal([]);
    expect(parseTrailers('Subject\n\nA: 1\n\nB: 2\nB: 3\n\n')).to.deep.equal([
      ['B', '2'],
      ['B', '3'],
    ]);
  });

  it('judges ref names as git does', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z@{}.~^:?*[ /\\-]{1,10}$/), (text) => {
        const ref = `refs/heads/${text}`;
        const git =
          spawnSync('git', ['check-ref-format', ref], { env: gitEnvironment() }).status === 0;
        expect(isRefName(ref), ref).to.equal(git);
      }),
      { numRuns: 100 },
    );
  });
});
