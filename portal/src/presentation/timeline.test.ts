import { expect } from 'chai';
import fc from 'fast-check';
import { layOutTimeline, totalDuration } from './timeline.ts';
import type { RunView } from './views.ts';

const names = ['received', 'rendered', 'committed', 'applied', 'healthy'] as const;
const at = '2026-01-01T00:00:00.000Z';
const reached = (count: number, durationMs = 10): RunView['steps'] =>
  names.slice(0, count).map((name) => ({ name, at, durationMs }));
const statesOf = (steps: RunView['steps'], status: RunView['status']): string =>
  layOutTimeline({ steps, status })
    .map(({ state }) => state)
    .join(' ');

describe('the timeline of a run', () => {
  it('shows what is done, what is being done and what waits', () => {
    expect(statesOf(reached(3), 'running')).to.equal('done done done active waiting');
    expect(statesOf([], 'pending')).to.equal('active waiting waiting waiting waiting');
    expect(statesOf(reached(5), 'succeeded')).to.equal('done done done done done');
  });

  it('marks the step that failed, and skips what did not come to be', () => {
    expect(statesOf(reached(1), 'failed')).to.equal('done failed skipped skipped skipped');
    expect(statesOf(reached(2), 'succeeded')).to.equal('done done skipped skipped skipped');
    expect(statesOf(reached(1), 'canceled')).to.equal('done skipped skipped skipped skipped');
  });

  it('always fills the line once, in order, with every step to be seen', () => {
    const step = fc.record({
      done: fc.boolean(),
      durationMs: fc.option(fc.double({ min: 0, max: 1e7, noNaN: true }), { nil: undefined }),
    });
    const status = fc.constantFrom<RunView['status'][]>(
      'pending',
      'running',
      'succeeded',
      'failed',
      'canceled',
    );
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 5 }), status, (steps, given) => {
        const recorded = steps.map(({ done, durationMs }, index) => ({
          name: names[index] ?? 'received',
          ...(done && { at }),
          ...(durationMs !== undefined && { durationMs }),
        }));
        const placed = layOutTimeline({ steps: recorded, status: given });
        let x = 0;
        for (const { x: start, width } of placed) {
          expect(start).to.be.closeTo(x, 1e-6);
          expect(width).to.be.at.least(5.99);
          x += width;
        }
        expect(x).to.be.closeTo(100, 1e-6);
      }),
    );
  });

  it('gives a long step more of the line than a short one', () => {
    const [first, second] = layOutTimeline({
      status: 'succeeded',
      steps: [...reached(1, 1), ...reached(5, 50).slice(1)],
    });
    expect(second?.width).to.be.greaterThan(first?.width ?? 0);
  });

  it('sums up what is known', () => {
    expect(totalDuration({ steps: reached(3) })).to.equal(30);
    expect(totalDuration({ steps: [{ name: 'received', at }] })).to.equal(undefined);
  });
});
