import { expect } from 'chai';
import fc from 'fast-check';
import { contentTag, type BuildContent } from './content-tag.ts';

const id = fc.string({
  unit: fc.constantFrom(...Array.from('0123456789abcdef')),
  minLength: 40,
  maxLength: 40,
});
const word = fc.string({ unit: fc.constantFrom(...Array.from('abcXYZ019_.- "\\,')), maxLength: 8 });
const build: fc.Arbitrary<BuildContent> = fc.record({
  context: fc.oneof(
    id,
    fc.uniqueArray(fc.record({ path: word, id }), { maxLength: 4, selector: ({ path }) => path }),
  ),
  dockerfile: id,
  target: fc.option(word, { nil: undefined }),
  args: fc.dictionary(word, word, { maxKeys: 4, noNullPrototype: true }),
  bases: fc.uniqueArray(fc.record({ key: word, digest: fc.option(word, { nil: undefined }) }), {
    maxLength: 4,
    selector: ({ key }) => key,
  }),
});

/** The same content, with everything that has no order the other way round. */
function reversed(content: BuildContent): BuildContent {
  const { context, args, bases } = content;
  return {
    ...content,
    context: typeof context === 'string' ? context : context.toReversed(),
    args: Object.fromEntries(Object.entries(args).toReversed()),
    bases: bases.toReversed(),
  };
}

/** What counts, as a value that two contents share exactly when they are the same. */
function canonical({ context, dockerfile, target, args, bases }: BuildContent): string {
  const sort = (list: unknown[]): string[] => list.map((item) => JSON.stringify(item)).toSorted();
  return JSON.stringify([
    typeof context === 'string' ? context : sort([...context]),
    dockerfile,
    target ?? null,
    sort(Object.entries(args)),
    sort(bases.map(({ key, digest }) => [key, digest ?? ''])),
  ]);
}

describe('the tag of a built image', () => {
  it('is the same for the same content, whatever the order, and a tag that registries take', () => {
    fc.assert(
      fc.property(build, (content) => {
        expect(contentTag(content)).to.match(/^c-[0-9a-f]{32}$/);
        expect(contentTag(reversed(content))).to.equal(contentTag(content));
      }),
    );
  });

  it('is another one for any other content', () => {
    fc.assert(
      fc.property(build, build, (a, b) => {
        expect(contentTag(a) === contentTag(b)).to.equal(canonical(a) === canonical(b));
      }),
    );
  });

  it('never changes between releases: it would rebuild everything', () => {
    const content = {
      context: '1'.repeat(40),
      dockerfile: '2'.repeat(40),
      target: 'run',
      args: { A: '1' },
      bases: [{ key: 'docker.io/library/node:26', digest: `sha256:${'3'.repeat(64)}` }],
    };
    // printf '[1,"111…","222…","run",[["A","1"]],[["docker.io/library/node:26","sha256:333…"]]]' | sha256sum
    expect(contentTag(content)).to.equal('c-0d10e626f903c6bb9fb862f0c0aff491');
  });
});
