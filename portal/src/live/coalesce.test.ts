import { expect } from 'chai';
import { coalesce } from './coalesce.ts';

describe('coalesced work', () => {
  it('answers a burst in two rounds: one at once, one for all that came meanwhile', async () => {
    let rounds = 0;
    const gate = Promise.withResolvers<void>();
    const second = Promise.withResolvers<void>();
    const work = coalesce(async () => {
      rounds += 1;
      if (rounds === 2) second.resolve();
      await gate.promise;
    }, 0);
    for (let count = 0; count < 100; count += 1) work.request();
    expect(rounds).to.equal(1);
    gate.resolve();
    await second.promise;
    work.stop();
    expect(rounds).to.equal(2);
  });

  it('does nothing more once it was stopped', async () => {
    let rounds = 0;
    const work = coalesce(async () => {
      rounds += 1;
    }, 0);
    work.stop();
    work.request();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(rounds).to.equal(0);
  });
});
