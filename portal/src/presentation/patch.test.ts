import { expect } from 'chai';
import { parsePatch } from './patch.ts';

const patch = `diff --git a/web.yaml b/web.yaml
index 1111111..2222222 100644
--- a/web.yaml
+++ b/web.yaml
@@ -18,4 +18,4 @@ spec:
   containers:
-    image: web:1
+    image: web:2
     ports:
       - 80
@@ -61,2 +61,4 @@ spec:
   probe:
+    port: 80
+--- not a header
     path: /
`;

describe('a parsed patch', () => {
  it('leaves the file header out and counts what changed', () => {
    const { hunks, added, removed } = parsePatch(patch);
    expect(hunks.map(({ header }) => header)).to.deep.equal([
      '@@ -18,4 +18,4 @@ spec:',
      '@@ -61,2 +61,4 @@ spec:',
    ]);
    expect([added, removed]).to.deep.equal([3, 1]);
  });

  it('numbers lines in the old and the new file', () => {
    const [first, second] = parsePatch(patch).hunks;
    expect(
      first?.lines.map(({ kind, oldNumber, newNumber }) => [kind, oldNumber, newNumber]),
    ).to.deep.equal([
      ['context', 18, 18],
      ['removed', 19, undefined],
      ['added', undefined, 19],
      ['context', 20, 20],
      ['context', 21, 21],
    ]);
    expect(second?.lines.at(-1)).to.deep.equal({
      kind: 'context',
      text: '    path: /',
      oldNumber: 62,
      newNumber: 64,
    });
  });

  it('says how many lines it does not show, so that distant changes never look adjacent', () => {
    expect(parsePatch(patch).hunks.map(({ hiddenBefore }) => hiddenBefore)).to.deep.equal([17, 39]);
  });

  it('reads files that are new, removed, of one line, or without a last line break', () => {
    const added = parsePatch('@@ -0,0 +1,2 @@\n+a\n+b\n\\ No newline at end of file\n');
    expect([added.added, added.removed, added.hunks[0]?.hiddenBefore]).to.deep.equal([2, 0, 0]);
    expect(added.hunks[0]?.lines.at(-1)).to.deep.equal({
      kind: 'note',
      text: 'No newline at end of file',
    });
    const removed = parsePatch('@@ -1 +0,0 @@\n-a\n');
    expect([removed.added, removed.removed, removed.hunks[0]?.hiddenBefore]).to.deep.equal([
      0, 1, 0,
    ]);
    expect(parsePatch('').hunks).to.deep.equal([]);
    expect(parsePatch('Binary files differ\n').hunks).to.deep.equal([]);
  });
});
