import { expect } from 'chai';
import { failureOf } from './failure-of.ts';
import { eventually, found } from './eventually.ts';

describe('eventually', () => {
  it('returns what the check returned once it stopped failing', async () => {
    let looks = 0;
    const value = await eventually(
      () => {
        looks += 1;
        if (looks < 3) throw new Error('too early');
        return 'there';
      },
      { intervalMs: 1 },
    );
    expect(value).to.equal('there');
    expect(looks).to.equal(3);
  });

  it('takes a check without a result for done, and false for not yet', async () => {
    let looks = 0;
    await eventually(() => expect(++looks).to.be.above(1), { intervalMs: 1 });
    await eventually(() => ++looks > 5, { intervalMs: 1 });
    expect(looks).to.equal(6);
  });

  it('shows the last failure when the deadline passes', async () => {
    const cause = new Error('still 3 of 4 pods');
    const failure = await failureOf(
      eventually(() => Promise.reject(cause), {
        timeoutMs: 20,
        intervalMs: 5,
      }),
    );
    expect(failure.message).to.match(/not so after \d+ ms and \d+ looks: still 3 of 4 pods/);
    expect(failure.cause).to.equal(cause);
  });

  it('waits for a thing to be found and names what is missing', async () => {
    const things = new Map<string, number>();
    setTimeout(() => things.set('pod', 7), 10);
    expect(await found('the pod', () => things.get('pod'), { intervalMs: 2 })).to.equal(7);
    const failure = await failureOf(found('the node', () => things.get('node'), { timeoutMs: 5 }));
    expect(String(failure)).to.contain('the node was not found');
  });
});
