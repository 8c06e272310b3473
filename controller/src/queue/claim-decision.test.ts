import { expect } from 'chai';
import fc from 'fast-check';
import { decideClaim } from './claim-decision.ts';
import type { Candidate } from './claim-decision.ts';

const item = (id: string, change: Partial<Candidate> = {}): Candidate => ({
  id,
  class: 'state',
  kind: 'render',
  projectId: 'a',
  lane: 'default',
  key: id,
  attempts: 0,
  ...change,
});
const event = (id: string, key: string, change: Partial<Candidate> = {}): Candidate =>
  item(id, { class: 'event', key, ...change });
const ids = (picks: readonly { id: string }[]): string[] => picks.map((pick) => pick.id);

describe('which work a worker takes', () => {
  it('the oldest first, as many as asked for', () => {
    const ready = ['1', '2', '3'].map((id) => item(id));
    expect(ids(decideClaim([{ kind: 'render', total: 2 }], { ready, busy: [] }))).to.deep.equal([
      '1',
      '2',
    ]);
  });

  it('nothing of kinds that were not asked for', () => {
    const ready = [item('1', { kind: 'sweep' }), item('2')];
    expect(ids(decideClaim([{ kind: 'render', total: 5 }], { ready, busy: [] }))).to.deep.equal([
      '2',
    ]);
  });

  it('one of each project in turn, however much one of them has waiting', () => {
    const ready = [
      ...Array.from({ length: 500 }, (_, n) => item(`a${n}`)),
      item('b', { projectId: 'b' }),
    ];
    expect(ids(decideClaim([{ kind: 'render', total: 3 }], { ready, busy: [] }))).to.deep.equal([
      'a0',
      'b',
      'a1',
    ]);
  });

  it('the project with less in work before the one with more', () => {
    const ready = [item('1'), item('2', { projectId: 'b' })];
    const busy = [{ kind: 'render', projectId: 'a', items: 2 }];
    expect(ids(decideClaim([{ kind: 'render', total: 1 }], { ready, busy }))).to.deep.equal(['2']);
  });

  it('the project served longest ago before the one served last, with a single slot', () => {
    const ready = [item('1'), item('2', { projectId: 'b' }), item('3', { projectId: 'c' })];
    const one = [{ kind: 'render', total: 1 }];
    expect(ids(decideClaim(one, { ready, busy: [] }, ['a']))).to.deep.equal(['2']);
    expect(ids(decideClaim(one, { ready, busy: [] }, ['a', 'b']))).to.deep.equal(['3']);
    expect(ids(decideClaim(one, { ready, busy: [] }, ['c', 'b', 'a']))).to.deep.equal(['3']);
  });

  it('short work first, and ordinary work only outside of what is kept for short work', () => {
    const ready = [item('1'), item('2'), item('3', { lane: 'short' })];
    expect(
      ids(decideClaim([{ kind: 'render', total: 2, ordinary: 1 }], { ready, busy: [] })),
    ).to.deep.equal(['3', '1']);
    expect(
      ids(decideClaim([{ kind: 'render', total: 2, ordinary: 0 }], { ready, busy: [] })),
    ).to.deep.equal(['3']);
  });

  it('only the oldest event of a key', () => {
    const ready = [event('1', 'k'), event('2', 'k'), event('3', 'l')];
    expect(ids(decideClaim([{ kind: 'render', total: 5 }], { ready, busy: [] }))).to.deep.equal([
      '1',
      '3',
    ]);
  });

  it('the oldest events of a key together in a batch, numbered in their order', () => {
    const ready = [event('1', 'k'), event('2', 'l'), event('3', 'k')];
    const picks = decideClaim([{ kind: 'render', total: 5, batched: true }], { ready, busy: [] });
    expect(picks.map(({ id, nth }) => [id, nth])).to.deep.equal([
      ['1', 1],
      ['2', 1],
      ['3', 2],
    ]);
    expect(picks[0]?.group).to.equal(picks[2]?.group);
  });

  it('an event that has failed alone, and none behind it', () => {
    const batched = [{ kind: 'render', total: 5, batched: true }];
    expect(
      ids(
        decideClaim(batched, {
          ready: [event('1', 'k', { attempts: 1 }), event('2', 'k')],
          busy: [],
        }),
      ),
    ).to.deep.equal(['1']);
    expect(
      ids(
        decideClaim(batched, {
          ready: [event('1', 'k'), event('2', 'k', { attempts: 1 }), event('3', 'k')],
          busy: [],
        }),
      ),
    ).to.deep.equal(['1']);
  });

  it('never more than asked for, never a later event without all older ones of its key, never an idle slot', () => {
    const candidates = fc.array(
      fc.record({
        class: fc.constantFrom('state' as const, 'event' as const),
        kind: fc.constantFrom('render', 'sweep'),
        projectId: fc.constantFrom('a', 'b', 'c'),
        lane: fc.constantFrom('default' as const, 'short' as const),
        key: fc.constantFrom('k', 'l', 'm'),
        attempts: fc.constantFrom(0, 0, 0, 1),
      }),
      { maxLength: 40 },
    );
    const asks = fc.record({
      total: fc.integer({ min: 1, max: 6 }),
      ordinary: fc.integer({ min: 0, max: 6 }),
      batched: fc.boolean(),
    });
    fc.assert(
      fc.property(candidates, asks, (drawn, ask) => {
        // Events have one lane, as `enqueueEvent` writes them.
        const ready = drawn.map((candidate, index): Candidate => ({
          ...candidate,
          id: String(index),
          ...(candidate.class === 'event' ? { lane: 'default' } : {}),
        }));
        const picks = decideClaim([{ kind: 'render', ...ask }], { ready, busy: [] });
        const picked = new Set(ids(picks));
        expect(picked.size).to.equal(picks.length).and.to.be.at.most(ask.total);
        const taken = ready.filter((candidate) => picked.has(candidate.id));
        expect(taken.every((candidate) => candidate.kind === 'render')).to.equal(true);
        expect(taken.filter((candidate) => candidate.lane === 'default').length).to.be.at.most(
          ask.ordinary,
        );
        for (const [index, candidate] of ready.entries()) {
          if (candidate.class !== 'event' || !picked.has(candidate.id)) continue;
          const older = ready
            .slice(0, index)
            .filter(
              (other) =>
                other.class === 'event' &&
                other.kind === candidate.kind &&
                other.projectId === candidate.projectId &&
                other.key === candidate.key,
            );
          if (ask.batched) expect(older.every((other) => picked.has(other.id))).to.equal(true);
          else expect(older.length).to.equal(0);
          if (candidate.attempts > 0) expect(older.length).to.equal(0);
        }
        const free = Math.min(ask.ordinary, ask.total);
        const someone = ready.some(
          (candidate) => candidate.kind === 'render' && (candidate.lane === 'short' || free > 0),
        );
        expect(picks.length > 0).to.equal(someone);
      }),
      { numRuns: 500 },
    );
  });
});
