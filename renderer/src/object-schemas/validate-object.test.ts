import { expect } from 'chai';
import fc from 'fast-check';
import type { Value } from '../yaml/index.ts';
import { bundledVersions, definedKinds, loadCatalog, validateObject } from './index.ts';
import { lifecycleOf, loadLifecycles } from './lifecycles.ts';
import { isQuantity } from './scalars.ts';
import { mutationsOf } from './testing/mutations.ts';
import { specimens } from './testing/specimens.ts';

const anyJson = fc.jsonValue({ maxDepth: 6 }).map(asValue);

function asValue(value: unknown): Value {
  // oxlint-disable-next-line no-unsafe-type-assertion -- fast-check makes JSON
  return value as Value;
}

describe('the offline validator', () => {
  it('knows the kinds of every bundled version', async () => {
    for (const version of bundledVersions) {
      const catalog = await loadCatalog(version);
      expect(catalog.version).to.equal(version);
      for (const { object } of specimens) {
        const shape = catalog.find(object.apiVersion, object.kind);
        expect(shape && validateObject(shape, object), object.kind).to.deep.equal([]);
      }
    }
  });

  it('takes the nearest bundled version for one that it does not know', async () => {
    const versions = ['1.20', 'v1.34.9', '1.35', '1.36.0-rc.1', '1.40', 'nonsense'];
    const found = [];
    for (const version of versions) found.push((await loadCatalog(version)).version);
    expect(found).to.deep.equal(['1.34', '1.34', '1.35', '1.36', '1.36', '1.36']);
  });

  it('never throws, whatever stands in an object', async () => {
    const catalog = await loadCatalog('1.36');
    const shapes = catalog.kinds().map((key) => {
      const [apiVersion = '', kind = ''] = key.split(' ');
      return catalog.find(apiVersion, kind);
    });
    fc.assert(
      fc.property(fc.constantFrom(...shapes), anyJson, (shape, value) => {
        if (shape === undefined) return;
        for (const fault of validateObject(shape, value)) {
          expect(fault.message).to.be.a('string');
          expect(fault.path).to.be.an('array');
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('never throws, whatever stands in a field that exists', async () => {
    const catalog = await loadCatalog('1.36');
    const sets = specimens.map(({ object }) => ({ object, mutations: mutationsOf(object) }));
    fc.assert(
      fc.property(
        fc.constantFrom(...sets),
        fc.nat(),
        anyJson,
        ({ object, mutations }, at, value) => {
          const shape = catalog.find(object.apiVersion, object.kind);
          const mutated = mutations[at % mutations.length]?.object ?? null;
          if (shape === undefined) throw new Error(`no ${object.kind}`);
          validateObject(shape, mutated);
          validateObject(shape, { ...object, spec: value, metadata: value });
        },
      ),
      { numRuns: 500 },
    );
  });

  it('never throws over a definition that makes no sense', async () => {
    const { objectMeta } = await loadCatalog('1.36');
    fc.assert(
      fc.property(anyJson, anyJson, (schema, value) => {
        const names = { kind: 'Thing' };
        const version = { name: 'v1', schema: { openAPIV3Schema: schema } };
        const spec = { group: 'example.com', names, versions: [version] };
        for (const [, shape] of definedKinds({ spec }, objectMeta)) validateObject(shape, value);
        definedKinds({ spec: schema }, objectMeta);
      }),
      { numRuns: 1000 },
    );
  });

  it('does not say more than helps', async () => {
    const shape = (await loadCatalog('1.36')).find('v1', 'ConfigMap');
    const wild = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`f${index}`, 1]));
    expect(shape && validateObject(shape, wild)).to.have.lengthOf(50);
  });

  it('reads quantities as Kubernetes does', () => {
    const fine = [
      '1',
      '1.5',
      '.5',
      '1.',
      '-1',
      '+1',
      '100m',
      '1Ki',
      '1E',
      '1e3',
      '1E-3',
      ' 1 ',
      5,
      0.5,
    ];
    const wrong = ['', 'a', '1 GB', '1GB', '1gi', '1kk', '1.1.1', '1Kii', 'm', '0x10'];
    expect(fine.filter((value) => !isQuantity(value))).to.deep.equal([]);
    expect(wrong.filter((value) => isQuantity(value))).to.deep.equal([]);
    // A pattern that goes back and forth would take hours.
    expect(isQuantity(`${'1'.repeat(1_000_000)}x`)).to.equal(false);
  });
});

describe('the table of deprecated APIs', () => {
  it('says what becomes of an API in each version', async () => {
    const table = await loadLifecycles();
    const state = (version: string) =>
      lifecycleOf(table, 'policy/v1beta1', 'PodDisruptionBudget', version)?.state;
    expect([
      state('1.20'),
      state('1.21'),
      state('1.24'),
      state('1.25'),
      state('1.36'),
    ]).to.deep.equal([undefined, 'deprecated', 'deprecated', 'removed', 'removed']);
    expect(lifecycleOf(table, 'v1', 'constructor', '1.36')).to.equal(undefined);
  });

  it('names a replacement that its own version serves', async () => {
    const catalog = await loadCatalog('1.36');
    const table = await loadLifecycles();
    const stale = Object.keys(table).filter((key) => {
      const [apiVersion = '', kind = ''] = key.split(' ');
      const lifecycle = lifecycleOf(table, apiVersion, kind, '1.36');
      if (lifecycle?.replacement === undefined) return false;
      const [replacement = '', replacementKind = ''] = lifecycle.replacement.split(' ');
      return (
        catalog.find(replacement, replacementKind) === undefined &&
        lifecycleOf(table, replacement, replacementKind, '1.36') === undefined
      );
    });
    expect(stale).to.deep.equal([]);
  });
});
