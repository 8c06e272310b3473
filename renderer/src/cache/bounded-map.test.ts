import { expect } from 'chai';
import { BoundedMap } from './bounded-map.ts';

describe('a bounded map', () => {
  it('forgets what was not used for longest, once it is too heavy', () => {
    const map = new BoundedMap<number>(10);
    map.set('a', 1, 4);
    map.set('b', 2, 4);
    map.get('a');
    map.set('c', 3, 4);
    expect([map.get('a'), map.get('b'), map.get('c')]).to.deep.equal([1, undefined, 3]);
  });

  it('counts a replaced value once and never keeps one that is too heavy', () => {
    const map = new BoundedMap<number>(10);
    for (let value = 0; value < 5; value += 1) map.set('a', value, 6);
    map.set('b', 1, 4);
    map.set('huge', 1, 11);
    expect([map.size, map.get('a'), map.get('b'), map.get('huge')]).to.deep.equal([
      2,
      4,
      1,
      undefined,
    ]);
  });
});
