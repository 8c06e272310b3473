import { expect } from 'chai';
import { couldBeStack, judgeHead, missingStacks } from './absence.ts';

const base = {
  commit: 'b'.repeat(40),
  lastAppliedCommit: 'a'.repeat(40),
  descends: false,
  published: false,
  branch: 'env/production',
};

describe('absence', () => {
  it('goes on from a head that descends from what was applied, and from the first one', () => {
    expect(judgeHead({ ...base, descends: true })).to.equal(undefined);
    expect(judgeHead({ ...base, lastAppliedCommit: undefined })).to.equal(undefined);
  });

  it('stops at a head that was put back', () => {
    expect(judgeHead(base)).to.include({ type: 'rewound' });
    expect(judgeHead(base)?.message).to.contain('env/production').and.to.contain('bbbbbbbbbbbb');
  });

  it('goes on from a push of the platform on top of a head that was put back', () => {
    expect(judgeHead({ ...base, published: true })).to.equal(undefined);
  });

  it('stops when the branch is gone, and waits for one that never was', () => {
    expect(judgeHead({ ...base, commit: undefined })).to.include({ type: 'branch-missing' });
    expect(judgeHead({ ...base, commit: undefined, lastAppliedCommit: undefined })).to.equal(
      undefined,
    );
  });

  it('names each stack that was applied and is gone from the head, once', () => {
    const conditions = missingStacks(['shop', 'blog', 'shop', 'gone'], new Set(['shop']));
    expect(conditions.map(({ type, stack }) => [type, stack])).to.deep.equal([
      ['stack-missing', 'blog'],
      ['stack-missing', 'gone'],
    ]);
  });

  it('takes no dot directory for a stack', () => {
    expect(
      ['shop', 'shop-2', '.github', '-x', 'Upper'].map((name) => couldBeStack(name)),
    ).to.deep.equal([true, true, false, false, false]);
  });
});
