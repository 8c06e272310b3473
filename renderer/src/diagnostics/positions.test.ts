import { readdir, readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { codes } from './codes.ts';
import { findingsOf, mistakes } from '../testing/index.ts';

describe('diagnostics', () => {
  for (const { name, files, inputs, expected } of mistakes) {
    it(`point at ${name}`, async () => {
      expect(await findingsOf(files, inputs)).to.deep.equal(expected);
    });
  }

  for (const { name, files, inputs, expected, fix } of mistakes) {
    if (fix === undefined) continue;
    it(`are gone once it is put right: ${name}`, async () => {
      const mended: Record<string, string> = { ...files };
      for (const { file = 'services.yaml', from, to } of fix) {
        const before = mended[file] ?? '';
        expect(before, file).to.contain(from);
        mended[file] = before.replace(from, () => to);
      }
      const found = (await findingsOf(mended, inputs)).map((line) => /CK-R-\d+/.exec(line)?.[0]);
      const [code] = expected.map((line) => /CK-R-\d+/.exec(line)?.[0]);
      expect(found).not.to.include(code);
    });
  }

  it('are shown by a test for every code there is', async () => {
    const shown = new Set(
      mistakes.flatMap(({ expected }) => expected).map((line) => /CK-R-\d+/.exec(line)?.[0]),
    );
    // Rooms that find something of their own show it in a test beside them.
    const source = new URL('../', import.meta.url);
    for (const path of await readdir(source, { recursive: true })) {
      if (!path.endsWith('.test.ts')) continue;
      const text = await readFile(new URL(path, source), 'utf8');
      for (const [code] of text.matchAll(/CK-R-\d{3}/g)) shown.add(code);
    }
    expect(
      Object.values(codes)
        .map(({ code }) => code)
        .filter((code) => !shown.has(code)),
    ).to.deep.equal([]);
  });

  it('have codes that are unique', () => {
    const all = Object.values(codes).map(({ code }) => code);
    expect(new Set(all).size).to.equal(all.length);
  });
});
