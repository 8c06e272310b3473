import { expect } from 'chai';
import fc from 'fast-check';
import type { Value } from '../yaml/index.ts';
import { diffValues } from './diff-values.ts';

/** `+path=to`, `-path=from`, `~path=from>to`. */
function changes(base: Value, head: Value): string[] {
  const json = (value: unknown) => JSON.stringify(value);
  return diffValues(base, head).map(({ path, change, from, to }) => {
    if (change === 'added') return `+${path}=${json(to)}`;
    if (change === 'removed') return `-${path}=${json(from)}`;
    return `${change === 'reordered' ? '%' : '~'}${path}=${json(from)}>${json(to)}`;
  });
}

describe('the difference of two objects', () => {
  it('is told field by field', () => {
    expect(
      changes(
        { spec: { replicas: 1, paused: true, template: { a: 1 } } },
        { spec: { replicas: 2, template: { a: 1, b: [1] }, strategy: {} } },
      ),
    ).to.deep.equal([
      '~spec.replicas=1>2',
      '+spec.template.b=[1]',
      '+spec.strategy={}',
      '-spec.paused=true',
    ]);
  });

  it('knows items of a list by name: one in front is one change', () => {
    const container = (name: string, image: string) => ({ name, image });
    expect(
      changes(
        { containers: [container('web', 'a'), container('side', 'b')] },
        { containers: [container('log', 'c'), container('web', 'a2'), container('side', 'b')] },
      ),
    ).to.deep.equal([
      '+containers[log]={"name":"log","image":"c"}',
      '~containers[web].image="a">"a2"',
    ]);
  });

  it('knows ports, mounts and other lists by what tells their items apart', () => {
    const ports = (protocols: string[]) =>
      protocols.map((protocol) => ({ containerPort: 53, protocol }));
    expect(changes({ ports: ports(['TCP', 'UDP']) }, { ports: ports(['UDP']) })).to.deep.equal([
      '-ports[containerPort=53,protocol=TCP]={"containerPort":53,"protocol":"TCP"}',
    ]);
    expect(
      changes(
        {
          mounts: [
            { name: 'a', mountPath: '/a' },
            { name: 'a', mountPath: '/b' },
          ],
        },
        {
          mounts: [
            { name: 'a', mountPath: '/a', readOnly: true },
            { name: 'a', mountPath: '/b' },
          ],
        },
      ),
    ).to.deep.equal(['+mounts[mountPath=/a].readOnly=true']);
  });

  it('says when named items only change their order', () => {
    const env = (names: string[]) => ({ env: names.map((name) => ({ name, value: '1' })) });
    expect(changes(env(['A', 'B', 'C']), env(['B', 'A', 'C']))).to.deep.equal([
      '%env=["A","B","C"]>["B","A","C"]',
    ]);
  });

  it('compares items without names in pairs, after those that are equal at both ends', () => {
    const rule = (verb: string) => ({ verbs: [verb] });
    expect(
      changes(
        { rules: [rule('get'), rule('list'), rule('watch')] },
        { rules: [rule('get'), rule('create'), rule('patch'), rule('watch')] },
      ),
    ).to.deep.equal(['~rules[1].verbs=["list"]>["create"]', '+rules[2]={"verbs":["patch"]}']);
  });

  it('shows a list of plain values as a whole, and keys that are no words in quotes', () => {
    expect(
      changes(
        { args: ['a', 'b'], metadata: { labels: { 'app.kubernetes.io/name': 'a' } } },
        { args: ['a', 'c'], metadata: { labels: { 'app.kubernetes.io/name': 'b' } } },
      ),
    ).to.deep.equal([
      '~args=["a","b"]>["a","c"]',
      '~metadata.labels["app.kubernetes.io/name"]="a">"b"',
    ]);
  });

  it('is empty exactly for equal values, and each side explains the other', () => {
    const value = fc.letrec<{ value: Value }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom<Value>(null, true, 0, 1, '', 'a', 'b'),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.array(fc.record({ name: fc.constantFrom('x', 'y', 'z'), value: tie('value') }), {
          maxLength: 3,
        }),
        fc.dictionary(fc.constantFrom('k', 'l', 'name', 'm.n'), tie('value'), { maxKeys: 3 }),
      ),
    })).value;
    fc.assert(
      fc.property(value, value, (a, b) => {
        const canonical = (input: Value): string =>
          JSON.stringify(input, (_, inner: unknown) =>
            typeof inner === 'object' && inner !== null && !Array.isArray(inner)
              ? Object.fromEntries(Object.entries(inner).toSorted(([x], [y]) => (x < y ? -1 : 1)))
              : inner,
          );
        expect(diffValues(a, b).length === 0).to.equal(canonical(a) === canonical(b));
        const swapped = {
          added: 'removed',
          removed: 'added',
          changed: 'changed',
          reordered: 'reordered',
        };
        const there = diffValues(a, b).map(({ path, change }) => `${path} ${change}`);
        const back = diffValues(b, a).map(({ path, change }) => `${path} ${swapped[change]}`);
        expect(there.toSorted()).to.deep.equal(back.toSorted());
      }),
      { numRuns: 2_000 },
    );
  });
});
