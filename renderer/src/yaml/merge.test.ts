import { expect } from 'chai';
import fc from 'fast-check';
import { mergeNodes, withoutRemovals } from './merge.ts';
import { toValue, type Value, type YamlNode } from './nodes.ts';
import { parseYaml } from './parse.ts';
import { sourceText } from './source-text.ts';

const source = sourceText('a.yaml', '');

function toNode(value: Value): YamlNode {
  if (Array.isArray(value)) return { kind: 'seq', source, offset: 0, items: value.map(toNode) };
  if (typeof value !== 'object' || value === null)
    return { kind: 'scalar', source, offset: 0, value };
  const entries = Object.entries(value).map(
    ([key, inner]) => [key, { key, source, offset: 0, value: toNode(inner) }] as const,
  );
  return { kind: 'map', source, offset: 0, entries: new Map(entries) };
}

const key = fc.constantFrom('a', 'b', 'name');
const tree = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('x', 'y', 1, null),
    fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: true }),
    fc.array(tie('value'), { maxLength: 2 }),
    fc.uniqueArray(fc.record({ name: fc.constantFrom('n1', 'n2', 'n3'), v: tie('value') }), {
      selector: (item) => item.name,
      maxLength: 3,
    }),
  ),
})).value;
const map = fc.dictionary(key, tree, { maxKeys: 3, noNullPrototype: true });

const merge = (...nodes: YamlNode[]): YamlNode =>
  nodes.reduce((base, overlay) => mergeNodes(base, overlay));
const result = (...values: Value[]): Value =>
  toValue(withoutRemovals(merge(...values.map(toNode))));

describe('merging', () => {
  it('lays maps over each other deeply, and named lists by name in the order of the base', () => {
    expect(
      result(
        { a: { x: 1, y: 2 }, units: [{ name: 'web', n: 1 }, { name: 'db' }], list: [1, 2] },
        { a: { y: 3 }, units: [{ name: 'new' }, { name: 'web', m: 2 }], list: [3] },
      ),
    ).to.deep.equal({
      a: { x: 1, y: 3 },
      units: [{ name: 'web', n: 1, m: 2 }, { name: 'db' }, { name: 'new' }],
      list: [3],
    });
  });

  it('removes what the overlay sets to null, and nothing comes back from below it', () => {
    expect(result({ a: { x: 1 }, b: 1 }, { a: null, b: null })).to.deep.equal({});
    expect(result({ a: { x: 1 } }, { a: null }, { a: { y: 2 } })).to.deep.equal({ a: { y: 2 } });
  });

  it('is associative: files can be grouped as they come', () => {
    fc.assert(
      fc.property(map, map, map, (a, b, c) => {
        const [first, second, third] = [toNode(a), toNode(b), toNode(c)];
        const left = merge(merge(first, second), third);
        const right = merge(first, merge(second, third));
        expect(toValue(withoutRemovals(left))).to.deep.equal(toValue(withoutRemovals(right)));
      }),
      { numRuns: 3000 },
    );
  });

  it('is idempotent: a file over itself changes nothing', () => {
    fc.assert(
      fc.property(map, (a) => {
        expect(result(a, a)).to.deep.equal(result(a));
      }),
    );
  });

  it('changes neither side', () => {
    fc.assert(
      fc.property(map, map, (a, b) => {
        const [base, overlay] = [toNode(a), toNode(b)];
        merge(base, overlay);
        expect([toValue(base), toValue(overlay)]).to.deep.equal([a, b]);
      }),
    );
  });

  it('keeps the place of every value, in the file it came from', async () => {
    const read = async (file: string, text: string): Promise<YamlNode> => {
      const { documents } = await parseYaml(sourceText(file, text));
      return documents[0] ?? toNode({});
    };
    const merged = merge(
      await read('base.yaml', 'a:\n  x: 1\n'),
      await read('top.yaml', '\n\na: { y: 2 }\n'),
    );
    const inner = merged.kind === 'map' ? merged.entries.get('a')?.value : undefined;
    const places = inner?.kind === 'map' ? [...inner.entries.values()] : [];
    expect(
      places.map(({ value: { source: from, offset } }) => [from.file, from.locate(offset)]),
    ).to.deep.equal([
      ['base.yaml', { line: 2, column: 6 }],
      ['top.yaml', { line: 3, column: 9 }],
    ]);
  });
});
