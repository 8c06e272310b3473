import { expect } from 'chai';
import { globBase, globMatcher, isGlob, resolvePath } from './index.ts';

describe('paths of a source', () => {
  it('are relative to the file that names them', () => {
    expect(resolvePath('services.yaml', 'deploy/web.yaml')).to.equal('deploy/web.yaml');
    expect(resolvePath('stacks/a/base.yaml', './../b/x.yaml')).to.equal('stacks/b/x.yaml');
    expect(resolvePath('a/b.yaml', '../c.yaml')).to.equal('c.yaml');
  });

  it('never lead outside of the root', () => {
    for (const path of ['../x', 'a/../../x', '/etc/passwd', 'a\\..\\..\\x', 'a\0b']) {
      expect(resolvePath('services.yaml', path), path).to.equal(undefined);
    }
  });
});

describe('patterns', () => {
  const matches = (pattern: string, paths: string[]): string[] =>
    paths.filter(globMatcher(pattern));

  it('match inside a name, one character, a class, and across directories', () => {
    const paths = [
      'a.yaml',
      'b.yml',
      'x/a.yaml',
      'x/y/a.yaml',
      '.hidden.yaml',
      'x/.git/a.yaml',
      'a+b.yaml',
    ];
    expect(matches('*.yaml', paths)).to.deep.equal(['a.yaml', 'a+b.yaml']);
    expect(matches('?.y*ml', paths)).to.deep.equal(['a.yaml', 'b.yml']);
    expect(matches('[ab].y*', paths)).to.deep.equal(['a.yaml', 'b.yml']);
    expect(matches('[!a].y*', paths)).to.deep.equal(['b.yml']);
    expect(matches('**/a.yaml', paths)).to.deep.equal(['a.yaml', 'x/a.yaml', 'x/y/a.yaml']);
    expect(matches('x/**/*.yaml', paths)).to.deep.equal(['x/a.yaml', 'x/y/a.yaml']);
    expect(matches('a+b.yaml', paths)).to.deep.equal(['a+b.yaml']);
  });

  it('know the directory that holds their matches', () => {
    expect(['a/b/*.yaml', '*.yaml', 'a/**/x'].map(globBase)).to.deep.equal(['a/b', '', 'a']);
    expect([isGlob('a/b.yaml'), isGlob('a/*.yaml')]).to.deep.equal([false, true]);
  });
});
