import { expect } from 'chai';
import fc from 'fast-check';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { git, gitTreeOf } from '../testing/index.ts';
import { applySetId } from './apply-set.ts';
import { blobId, directoryId, treeId } from './git-objects.ts';

const name = fc
  .string({ unit: fc.constantFrom(...Array.from('abcAZ09.-_ü€')), minLength: 1, maxLength: 6 })
  .filter((text) => !/^\.+$/.test(text) && !/^\.git$/i.test(text));
const fileTree = fc.uniqueArray(
  fc.tuple(fc.array(name, { minLength: 1, maxLength: 3 }), fc.uint8Array({ maxLength: 20 })),
  { selector: ([path]) => path.join('/').toLowerCase(), maxLength: 8 },
);

/** Without paths that are files and directories at once. */
function withoutClashes(files: [string[], Uint8Array][]): [string, Uint8Array][] {
  const paths = files.map(([path, bytes]): [string, Uint8Array] => [path.join('/'), bytes]);
  return paths.filter(
    ([path]) => !paths.some(([other]) => other.toLowerCase().startsWith(`${path.toLowerCase()}/`)),
  );
}

describe('git object ids', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ck-hash-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('of blobs are those of git hash-object', async () => {
    for (const text of ['', 'a\n', 'ü€😀', 'x'.repeat(100_000)]) {
      const real = await git(directory, ['hash-object', '--stdin'], text);
      expect(blobId(Buffer.from(text))).to.equal(real);
    }
  });

  it('of trees are those of git mktree, whatever the order of the entries', async () => {
    await git(directory, ['init', '--quiet']);
    const blob = await git(directory, ['hash-object', '-w', '--stdin'], 'x');
    const empty = await git(directory, ['mktree'], '');
    const lines = [
      `100644 blob ${blob}\ta.b`,
      `040000 tree ${empty}\ta`,
      `100755 blob ${blob}\ta0`,
      `120000 blob ${blob}\tlink`,
    ];
    const real = await git(directory, ['mktree'], `${lines.join('\n')}\n`);
    const entries = [
      { name: 'link', kind: 'link', id: blob },
      { name: 'a', kind: 'directory', id: empty },
      { name: 'a0', kind: 'executable', id: blob },
      { name: 'a.b', kind: 'file', id: blob },
    ] as const;
    expect(treeId(entries)).to.equal(real);
    expect(treeId(entries.toReversed())).to.equal(real);
    expect(treeId([])).to.equal(empty);
  });

  it('of whole directories are those of git write-tree', async () => {
    await fc.assert(
      fc.asyncProperty(fileTree, async (generated) => {
        const files = withoutClashes(generated);
        const folder = await mkdtemp(join(directory, 'tree-'));
        for (const [path, bytes] of files) {
          await mkdir(join(folder, dirname(path)), { recursive: true });
          await writeFile(join(folder, path), bytes);
        }
        const ids = files.map(([path, bytes]): [string, string] => [path, blobId(bytes)]);
        expect(directoryId(ids)).to.equal(await gitTreeOf(folder));
      }),
      { numRuns: 12 },
    );
  });
});

describe('the ApplySet id', () => {
  it('follows KEP-3659: sha256 of name.namespace.kind.group in base64url', () => {
    // printf 'codex-k8s-shop.shop-dev.ConfigMap.' | sha256sum | xxd -r -p | base64, `+/` as `-_`
    expect(applySetId('shop', 'shop-dev')).to.equal(
      'applyset-_ThTNHf2iKPLLs-30XQSfuuwPgKeFQUvL2sL3__Xgg8-v1',
    );
    expect(applySetId('shop', 'shop-prod')).not.to.equal(applySetId('shop', 'shop-dev'));
  });
});
