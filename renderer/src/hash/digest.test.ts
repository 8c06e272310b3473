import { expect } from 'chai';
import fc from 'fast-check';
import { hash } from 'node:crypto';
import { digest } from './digest.ts';
import { pureDigest } from './pure-digest.ts';

describe('digests', () => {
  it('in plain JavaScript are those of Node, whatever the bytes and their number', () => {
    const bytes = fc.uint8Array({ maxLength: 300, size: 'max' });
    fc.assert(
      fc.property(bytes, fc.constantFrom('sha1', 'sha256'), (data, algorithm) => {
        expect(pureDigest(algorithm, data)).to.equal(hash(algorithm, data));
      }),
      { numRuns: 500 },
    );
  });

  it('hold for texts beyond one block, and for texts that are not ASCII', () => {
    for (const text of ['', 'ü€😀', 'x'.repeat(100_000)])
      for (const algorithm of ['sha1', 'sha256'] as const) {
        expect(digest(algorithm, text)).to.equal(hash(algorithm, text));
        expect(pureDigest(algorithm, new TextEncoder().encode(text))).to.equal(
          hash(algorithm, text),
        );
      }
  });
});
