import { expect } from 'chai';
import { formatAge, formatDuration } from './durations.ts';
import { describeRun, describeSync, hintOf, placeOf, shortRef } from './words.ts';

describe('the words of the portal', () => {
  it('tell durations in the unit people think in', () => {
    const told = [0.2, 3, 810.4, 999.6, 1_400, 59_949, 59_951, 123_000, 3_599_600, 3_720_000].map(
      formatDuration,
    );
    expect(told).to.deep.equal([
      '<1 ms',
      '3 ms',
      '810 ms',
      '1.0 s',
      '1.4 s',
      '59.9 s',
      '1 m 00 s',
      '2 m 03 s',
      '1 h 00 m',
      '1 h 02 m',
    ]);
  });

  it('tell ages, also by a clock that is behind', () => {
    const told = [-60, 4, 5, 59, 60, 3_599, 3_600, 86_399, 86_400].map((seconds) =>
      formatAge(0, seconds * 1000),
    );
    expect(told).to.deep.equal([
      'now',
      'now',
      '5 s ago',
      '59 s ago',
      '1 m ago',
      '59 m ago',
      '1 h ago',
      '23 h ago',
      '1 d ago',
    ]);
  });

  it('tell an outcome rather than a status', () => {
    expect(describeRun({ status: 'succeeded', outcome: 'unchanged' }).word).to.equal('No change');
    expect(describeRun({ status: 'canceled', outcome: 'superseded' }).word).to.equal('Superseded');
    expect(describeRun({ status: 'failed', outcome: 'failed' })).to.deep.equal({
      word: 'Failed',
      tone: 'bad',
    });
    expect(describeRun({ status: 'running' }).tone).to.equal('active');
  });

  it('tell how the head stands to what is applied', () => {
    expect(describeSync({}).word).to.equal('nothing committed yet');
    expect(describeSync({ headCommit: 'a' }).word).to.equal('not applied yet');
    expect(describeSync({ headCommit: 'a', lastAppliedCommit: 'a' }).tone).to.equal('good');
    expect(describeSync({ headCommit: 'b', lastAppliedCommit: 'a' }).tone).to.equal('warning');
  });

  it('tell what to do about a condition, by its own hint first', () => {
    expect(hintOf({ type: 'rewound', message: '' })).to.contain('Nothing is deleted');
    expect(hintOf({ type: 'rewound', message: '', hint: 'do this' })).to.equal('do this');
    expect(hintOf({ type: 'never heard of', message: '' })).to.equal(undefined);
  });

  it('tell where a diagnostic points, as far as it is known', () => {
    const diagnostic = { code: 'CK-R-001', severity: 'error', message: '' } as const;
    expect(placeOf({ ...diagnostic, file: 'services.yaml', line: 3, column: 7 })).to.equal(
      'services.yaml:3:7',
    );
    expect(placeOf({ ...diagnostic, file: 'services.yaml', column: 7 })).to.equal('services.yaml');
    expect(placeOf({ ...diagnostic, line: 3 })).to.equal(undefined);
  });

  it('shorten refs', () => {
    expect(['refs/heads/feature/a', 'refs/tags/v1', 'main'].map(shortRef)).to.deep.equal([
      'feature/a',
      'v1',
      'main',
    ]);
  });
});
