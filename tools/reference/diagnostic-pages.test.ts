import { expect } from 'chai';
import { diagnosticPages } from './diagnostic-pages.ts';

describe('the pages of diagnostics', () => {
  const pages = [...diagnosticPages()];

  it('show, for every code, a mistake that leads to it', () => {
    const without = pages.filter(
      ([path, text]) => path.includes('/ck-r-') && !text.includes('## For example: '),
    );
    expect(without.map(([path]) => path)).to.deep.equal([]);
    expect(pages.length).to.be.greaterThan(90);
  });

  it('can be linked to from the index and by the anchor of the code', () => {
    const index = pages.find(([path]) => path === 'docs/reference/diagnostics.md')?.[1] ?? '';
    for (const [path] of pages.filter(([name]) => name.includes('/ck-r-'))) {
      expect(index).to.contain(`](${path.replace('docs/reference/', '')})`);
      expect(index).to.contain(`## ${path.replace(/^.*\/|\.md$/g, '').toUpperCase()}\n`);
    }
  });
});
