import { expect } from 'chai';
import type { RunView } from '../presentation/index.ts';
import { chooseCommit, emptyOverview, readAddress, writeAddress } from './page-state.ts';

const run = (fields: Partial<RunView>): RunView => ({
  id: 'r',
  project: 'shop',
  environmentId: 'e1',
  environment: 'production',
  repository: 'local/shop',
  stack: 'shop',
  status: 'succeeded',
  phase: 'healthy',
  sourceRef: 'refs/heads/main',
  correlationId: 'c',
  steps: [],
  diagnostics: [],
  createdAt: '2026-01-01T00:00:00.000Z',
  deliveries: 1,
  ...fields,
});

describe('the address of the page', () => {
  it('names everything that is shown, and reads back what it names', () => {
    const states = [
      { filter: {} },
      { filter: { environmentId: 'e1' } },
      { filter: { environmentId: 'e1', status: 'failed' as const } },
      { filter: { environmentId: 'e1' }, pickedCommit: { environmentId: 'e1', commit: 'abc' } },
    ];
    for (const state of states) {
      const address = writeAddress(state);
      expect(readAddress(new URL(address, 'http://localhost').search)).to.deep.equal(state);
    }
    expect(writeAddress({ filter: {} })).to.equal('/');
  });

  it('ignores what it does not know', () => {
    expect(readAddress('?status=done&commit=abc&x=1')).to.deep.equal({ filter: {} });
  });
});

describe('the commit whose diff is shown', () => {
  const overview = {
    ...emptyOverview,
    runs: [
      run({}),
      run({ stateCommit: 'old', outcome: 'unchanged' }),
      run({ stateCommit: 'new', environmentId: 'e2' }),
      run({ stateCommit: 'first' }),
    ],
  };

  it('is the newest that a run made', () => {
    expect(chooseCommit({ overview, filter: {} })).to.deep.equal({
      environmentId: 'e2',
      commit: 'new',
    });
    expect(chooseCommit({ overview, filter: { environmentId: 'e1' } })).to.deep.equal({
      environmentId: 'e1',
      commit: 'first',
    });
  });

  it('is the picked one, whatever happens meanwhile', () => {
    const pickedCommit = { environmentId: 'e9', commit: 'picked' };
    expect(chooseCommit({ overview, filter: {}, pickedCommit })).to.deep.equal(pickedCommit);
  });

  it('is the head of an environment when no run is shown', () => {
    expect(chooseCommit({ overview: emptyOverview, filter: {} })).to.equal(undefined);
  });
});
