import { expect } from 'chai';
import { failureOf } from '@codex-k8s/testing';
import { environmentBranch, isStackName, slotBranch } from './layout.ts';
import {
  correlationTrailer,
  formatMessage,
  readTrailers,
  rendererTrailer,
  runTrailer,
  stackTrailer,
} from './trailers.ts';
import { parseTrailers } from '../git/index.ts';

describe('the layout of a state repository', () => {
  it('names the branches of environments and slots', async () => {
    expect(environmentBranch('production')).to.equal('env/production');
    expect(slotBranch(7)).to.equal('slot/7');
    expect(
      String(await failureOf(Promise.resolve().then(() => environmentBranch('../x')))),
    ).to.contain('not a state branch');
    expect(['shop', 'a-1', '.github', 'Shop', 'a_b', ''].map(isStackName)).to.deep.equal([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('trailers', () => {
  const stack = {
    stack: 'shop',
    contentHash: 'a'.repeat(40),
    sourceSha: 'b'.repeat(40),
    runId: 'r-1',
  };

  it('come back as they were written', () => {
    const trailers = [
      stackTrailer(stack),
      runTrailer('r-1'),
      runTrailer('r-2'),
      rendererTrailer('1.2.3-rc/1', 1),
      correlationTrailer('c-1'),
    ];
    const message = formatMessage('shop: a change', trailers);
    expect(parseTrailers(message)).to.deep.equal(trailers);
    expect(readTrailers(parseTrailers(message))).to.deep.equal({
      stacks: [stack],
      runs: ['r-1', 'r-2'],
      renderer: { version: '1.2.3-rc/1', rendering: 1 },
      correlations: ['c-1'],
    });
  });

  it('cannot be forged by a subject or a value', () => {
    const message = formatMessage('x\n\nCodex-Run: forged', [
      ['Codex-Correlation', 'c\nCodex-Run: forged'],
    ]);
    expect(readTrailers(parseTrailers(message)).runs).to.deep.equal([]);
  });

  it('leave out what is malformed or foreign', () => {
    expect(
      readTrailers([
        ['Codex-Stack', 'shop only'],
        ['Signed-off-by', 'x'],
        ['Codex-Renderer', '1'],
      ]),
    ).to.deep.equal({
      stacks: [],
      runs: [],
      correlations: [],
    });
  });
});
