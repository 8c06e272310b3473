import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const shop = fileURLToPath(new URL('../../examples/shop', import.meta.url));

/** Every file of a directory with its content. */
async function contentsOf(directory: string): Promise<[string, string][]> {
  const names = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = names
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const contents = paths.map(async (path): Promise<[string, string]> => [
    path.slice(directory.length),
    await readFile(path, 'utf8'),
  ]);
  return (await Promise.all(contents)).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

describe('determinism', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ck-same-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('gives the same bytes and hashes in another directory, time zone, language and home', async () => {
    const places = [
      { cwd: join(directory, 'a'), TZ: 'UTC', LC_ALL: 'C', HOME: '/nonexistent' },
      {
        cwd: join(directory, 'somewhere else'),
        TZ: 'Asia/Kathmandu',
        LC_ALL: 'tr_TR.UTF-8',
        HOME: directory,
        replicas: '9',
        GREETING: 'no',
      },
    ];
    const seen: { summary: string; contents: [string, string][] }[] = [];
    for (const { cwd, ...env } of places) {
      await cp(shop, cwd, { recursive: true });
      const out = join(cwd, 'out');
      const args = [main, 'render', '--env', 'production', '--out', out, '--output', 'json'];
      const { stdout } = await run(process.execPath, args, { cwd, env: { PATH: '', ...env } });
      seen.push({ summary: stdout, contents: await contentsOf(out) });
    }
    expect(seen[0]?.contents.length).to.be.greaterThan(8);
    expect(seen[1]).to.deep.equal(seen[0]);
  });
});
