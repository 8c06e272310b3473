import { expect } from 'chai';
import { decideSource } from './decide.ts';
import type { EnvironmentSource } from './environment.ts';

const source = (change: Partial<EnvironmentSource> = {}): EnvironmentSource => ({
  repository: { id: 'r', provider: 'local', fullName: 'o/n', url: '/x' },
  stack: 'shop',
  servicesYamlPath: 'services.yaml',
  ref: 'refs/heads/main',
  vars: {},
  dirtyGeneration: 1,
  cleanGeneration: 1,
  correlationId: undefined,
  lastSeenSha: undefined,
  publishedSha: undefined,
  publishedContent: undefined,
  openRun: undefined,
  ...change,
});
const dirty = { dirtyGeneration: 2, cleanGeneration: 1 };
const open = {
  id: 'run-1',
  correlationId: 'c',
  sourceSha: 'a',
  phase: 'received',
  contentHash: undefined,
} as const;

describe('what a source of an environment needs', () => {
  it('nothing while it is clean and in place', () => {
    expect(decideSource(source({ publishedContent: 't' }), 'a', 't')).to.deep.equal({
      kind: 'nothing',
    });
  });

  it('a run at the head when it is dirty', () => {
    expect(decideSource(source(dirty), 'b', undefined)).to.deep.equal({
      kind: 'start',
      sha: 'b',
      supersedes: undefined,
    });
  });

  it('no second run for a head that was brought already', () => {
    const done = source({ ...dirty, lastSeenSha: 'b', publishedContent: 't' });
    expect(decideSource(done, 'b', 't')).to.deep.equal({ kind: 'already-done', sha: 'b' });
  });

  it('the run that a died process left, while nothing newer is there', () => {
    expect(decideSource(source({ openRun: open }), 'z', undefined)).to.deep.equal({
      kind: 'continue',
      runId: 'run-1',
      correlationId: 'c',
      sha: 'a',
    });
    expect(decideSource(source({ ...dirty, openRun: open }), 'a', undefined)).to.deep.equal({
      kind: 'continue',
      runId: 'run-1',
      correlationId: 'c',
      sha: 'a',
    });
  });

  it('a new run that closes the left-over one when the head moved on', () => {
    expect(decideSource(source({ ...dirty, openRun: open }), 'b', undefined)).to.deep.equal({
      kind: 'start',
      sha: 'b',
      supersedes: 'run-1',
    });
  });

  it('a run when its directory no longer holds what was published', () => {
    const displaced = source({ lastSeenSha: 'a', publishedContent: 't' });
    expect(decideSource(displaced, 'a', 'other').kind).to.equal('start');
    expect(decideSource(displaced, 'a', undefined).kind).to.equal('start');
  });

  it('nothing undeployed when the ref is gone', () => {
    expect(decideSource(source(dirty), undefined, 't')).to.deep.equal({
      kind: 'ref-missing',
      cancels: undefined,
    });
    expect(decideSource(source({ ...dirty, openRun: open }), undefined, 't')).to.deep.equal({
      kind: 'ref-missing',
      cancels: 'run-1',
    });
  });
});
