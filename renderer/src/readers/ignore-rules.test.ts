import { expect } from 'chai';
import fc from 'fast-check';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { git } from '../testing/index.ts';
import { createFilesystemReader } from './filesystem.ts';

const files = [
  'a',
  'b.log',
  'dist/x.js',
  'dist/keep',
  'web/a',
  'web/b.log',
  'web/dist/y.js',
  'web/src/a',
  'web/src/b1',
  'web/src/b2',
  'web/src/deep/er/c',
  'web/.env',
  'web/[x]',
  'web/#c',
  'web/sp ace',
  'web/trail ',
  'docs/web/a',
];
const pattern = fc.oneof(
  fc.constantFrom(
    'dist',
    'dist/',
    '/dist',
    'web/dist',
    '*.log',
    '!b.log',
    '!web/b.log',
    '**/a',
    'web/**',
    'web/**/a',
    '**/src/**/c',
    'b[0-9]',
    'b[!1]',
    'b[^2]',
    'b[[:digit:]]',
    '\\[x]',
    '[[]x]',
    '\\#c',
    '#c',
    'sp\\ ace',
    'trail\\ ',
    'trail ',
    '.env',
    '?',
    'web/?',
    'web/src/',
    '!web/src/',
    '/*',
    '!/web',
    'web/*',
    '!web/src',
    '*',
    '!*/',
    '**',
    'a/',
    'docs/web',
    '[',
    'b[',
    'x\\',
    '',
    '  ',
    '!',
    '/',
    'b[9-1]',
    'src/deep',
    '*/src',
    'w*b/a',
  ),
  fc.string({
    unit: fc.constantFrom('a', 'b', '*', '?', '/', '!', '[', ']', '1', '.', '\\'),
    maxLength: 5,
  }),
);
const rules = fc.array(pattern, { maxLength: 5 });

describe('what .gitignore leaves out', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ck-ignore-'));
    for (const path of files) {
      await mkdir(join(directory, dirname(path)), { recursive: true });
      await writeFile(join(directory, path), path);
    }
    await git(directory, ['init', '--quiet']);
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  /** The tree that git would commit, and one directory of it. */
  async function treesOfGit(inner: string): Promise<(string | undefined)[]> {
    await git(directory, ['read-tree', '--empty']);
    await git(directory, ['add', '--all', '.']);
    const tree = await git(directory, ['write-tree']);
    const entry = await git(directory, ['ls-tree', tree, inner]);
    return [tree, /tree ([0-9a-f]{40})/.exec(entry)?.[1]];
  }

  it('is no part of the source: hashes and lists are those of what git would commit', async () => {
    await fc.assert(
      fc.asyncProperty(rules, rules, async (top, inner) => {
        await writeFile(join(directory, '.gitignore'), `${top.join('\n')}\n`);
        await writeFile(join(directory, 'web/.gitignore'), inner.join('\r\n'));
        const reader = await createFilesystemReader(directory);
        const [tree, web] = await treesOfGit('web');
        expect(await reader.treeHash('')).to.equal(tree);
        expect(await reader.treeHash('web')).to.equal(web);
        const listed = await git(directory, ['-c', 'core.quotePath=false', 'ls-files']);
        expect((await reader.list('')).join('\n').trim()).to.equal(
          listed
            .split('\n')
            .toSorted((a, b) => (a < b ? -1 : 1))
            .join('\n'),
        );
        // Seen from further inside, the rules above still hold.
        const below = await createFilesystemReader(join(directory, 'web'));
        if (web !== undefined) expect(await below.treeHash('')).to.equal(web);
      }),
      { numRuns: 40 },
    );
  });
});
