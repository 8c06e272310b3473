import { expect } from 'chai';
import { pauseAfter } from './backoff.ts';

describe('the pause before the next attempt', () => {
  it('doubles up to a minute', () => {
    const full = [1, 2, 3, 8, 9, 50].map((attempts) => pauseAfter(attempts, 1));
    expect(full).to.deep.equal([250, 500, 1_000, 32_000, 60_000, 60_000]);
  });

  it('leaves out up to half at random', () => {
    expect(pauseAfter(3, 0)).to.equal(500);
    expect(pauseAfter(3, 0.5)).to.equal(750);
  });
});
