import { expect } from 'chai';
import fc from 'fast-check';
import { stringify } from 'yaml';
import {
  leavesOf,
  renderTexts,
  wholeStack,
  withLeaf,
  type Json,
  type Path,
} from '../testing/index.ts';

/** Every place of the stack: scalars, and the maps and lists around them. */
const places: Path[] = [
  ...new Map(
    leavesOf(wholeStack)
      .flatMap(([path]) => path.map((_, index) => path.slice(0, index + 1)))
      .map((path) => [JSON.stringify(path), path] as const),
  ).values(),
];

const value: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(true, 0, -1, 1e21, '', 'x', 'a: b', '{{', '{{ .Slot }}', '{{ .Nope }}'),
  fc.constantFrom<Json>([], [[]], [{}], {}, { name: 'x' }, [{ name: 'x' }], { path: 'x.yaml' }),
  fc.string({ maxLength: 8 }),
);

describe('any change to a stack', () => {
  it('is a render or diagnostics with places: never a crash', async () => {
    let rendered = 0;
    let refused = 0;
    const changes = fc.array(fc.tuple(fc.constantFrom(...places), value), {
      minLength: 1,
      maxLength: 2,
    });
    await fc.assert(
      fc.asyncProperty(
        changes,
        fc.constantFrom(undefined, undefined, undefined, 2),
        async (edits, slot) => {
          let stack: Json = wholeStack;
          for (const [path, changed] of edits) stack = withLeaf(stack, path, changed);
          const files = { 'services.yaml': stringify(stack) };
          const result = await renderTexts(files, slot === undefined ? {} : { slot });
          if (result.ok) rendered += 1;
          else {
            refused += 1;
            expect(result.diagnostics.some(({ severity }) => severity === 'error')).to.equal(true);
            for (const { file, message } of result.diagnostics) {
              expect(file, message).to.equal('services.yaml');
              expect(message).not.to.match(/undefined|\[object|NaN/);
            }
          }
        },
      ),
      { numRuns: 500 },
    );
    expect(rendered, 'rendered').to.be.greaterThan(10);
    expect(refused, 'refused').to.be.greaterThan(100);
  });
});
