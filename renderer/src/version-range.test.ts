import { expect } from 'chai';
import { isInRange } from './version-range.ts';

describe('a range of versions', () => {
  for (const [range, inside, outside] of [
    ['>=0.2.0', ['0.2.0', '0.10.0', '1.0.0'], ['0.1.9', '0.2.0-rc.1']],
    ['>0.2', ['0.3.0'], ['0.2.0', '0.2.9', '0.3.0-rc.1']],
    ['<2', ['1.9.9', '0.0.1'], ['2.0.0', '2.0.0-rc.1']],
    ['<=1.4', ['1.4.0', '1.4.7'], ['1.5.0']],
    ['1.4.2', ['1.4.2'], ['1.4.3', '1.4.2-rc.1']],
    ['1.4', ['1.4.0', '1.4.9'], ['1.5.0', '1.3.9']],
    ['^1.4.2', ['1.4.2', '1.9.0'], ['1.4.1', '2.0.0']],
    ['^0.2.3', ['0.2.3', '0.2.9'], ['0.3.0', '0.2.2']],
    ['^0.0.3', ['0.0.3'], ['0.0.4']],
    ['~1.4.2', ['1.4.2', '1.4.9'], ['1.5.0']],
    ['>=0.2 <1 || ^3', ['0.2.0', '0.9.9', '3.1.0'], ['1.0.0', '4.0.0']],
  ] as const) {
    it(`${range} holds what it says`, () => {
      for (const version of inside) expect(isInRange(version, range), version).to.equal(true);
      for (const version of outside) expect(isInRange(version, range), version).to.equal(false);
    });
  }

  it('that cannot be read is neither held nor broken', () => {
    for (const range of ['', 'latest', '>=', '1.2.3.4', '>=1 ||', '1 x'])
      expect(isInRange('1.0.0', range), range).to.equal(undefined);
  });
});
