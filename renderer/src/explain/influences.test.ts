import { expect } from 'chai';
import fc from 'fast-check';
import { findInfluences, type Effect } from './influences.ts';

describe('the search for influences', () => {
  it('finds exactly what has an effect, in few tries', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 200 }),
        fc.uniqueArray(fc.nat(199), { maxLength: 6 }),
        async (size, chosen) => {
          const influential = chosen.filter((candidate) => candidate < size);
          let tries = 0;
          const found = await findInfluences(
            Array.from({ length: size }, (_, index) => index),
            async (set): Promise<Effect> => {
              tries += 1;
              return set.some((candidate) => influential.includes(candidate)) ? 'changed' : 'same';
            },
            String,
            1,
          );
          expect(found).to.deep.equal(influential.toSorted((a, b) => a - b));
          expect(tries).to.be.at.most(1 + 2 * influential.length * Math.ceil(Math.log2(size + 1)));
        },
      ),
    );
  });

  it('sees past changes that take the field away', async () => {
    const effects: Record<string, Effect> = { kind: 'gone', value: 'changed', name: 'same' };
    const found = await findInfluences(
      Object.keys(effects),
      async (set) => {
        const seen = set.map((candidate) => effects[candidate]);
        return seen.includes('gone') ? 'gone' : seen.includes('changed') ? 'changed' : 'same';
      },
      String,
      1,
    );
    expect(found).to.deep.equal(['value']);
  });

  it('changes a name and what refers to it together, where one alone breaks the stack', async () => {
    const found = await findInfluences(
      ['port name', 'reference', 'other'],
      async (set) => {
        const [name, reference] = [set.includes('port name'), set.includes('reference')];
        if (name !== reference) return 'gone';
        return name ? 'changed' : 'same';
      },
      (candidate) => (candidate === 'other' ? 'other' : 'http'),
      1,
    );
    expect(found).to.deep.equal(['port name', 'reference']);
  });

  it('tries another change where the first is not allowed', async () => {
    const found = await findInfluences(
      ['replicas'],
      async (_, variant) => (variant === 1 ? 'changed' : 'gone'),
      String,
      3,
    );
    expect(found).to.deep.equal(['replicas']);
  });
});
