import { expect } from 'chai';
import fc from 'fast-check';
import { Findings } from '../diagnostics/index.ts';
import { mutationsOf } from '../object-schemas/testing/mutations.ts';
import { specimens } from '../object-schemas/testing/specimens.ts';
import { finishUnit, type FinishedUnit } from '../objects/index.ts';
import { renderTexts, stackText } from '../testing/index.ts';
import type { Value } from '../yaml/index.ts';
import { checkUnit, type CheckFacts } from './check-unit.ts';
import { targetFacts, type Target } from './target.ts';

const marks = {
  project: 'shop',
  environment: 'dev',
  stack: 'shop',
  namespace: 'shop-dev',
  applySet: 'applyset-x-v1',
  labels: {},
};

function unitOf(value: { [key: string]: Value }): FinishedUnit {
  const { apiVersion, kind } = value;
  const declared = {
    apiVersion: typeof apiVersion === 'string' ? apiVersion : '',
    kind: typeof kind === 'string' ? kind : '',
    name: 'web',
    namespace: undefined,
    value,
    node: undefined,
  };
  return finishUnit('web', [declared], marks, () => false);
}

async function factsOf(target: Partial<Target>): Promise<CheckFacts> {
  const { facts } = await targetFacts(new Findings(), {
    given: undefined,
    declared: undefined,
    definitions: [],
    definitionsKey: '',
    slotSecrets: undefined,
    hasDefaultLimit: false,
    ...target,
  });
  return facts;
}

describe('the check of a unit', () => {
  const unit = unitOf({ apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'web' }, x: 1 });

  it('is done once: the next render finds it done', async () => {
    const first = checkUnit(unit, await factsOf({}));
    expect(first.map(({ problem }) => problem)).to.deep.equal([
      'unknown-object-field',
      'deprecated-api',
    ]);
    expect(checkUnit(unit, await factsOf({}))).to.equal(first);
  });

  it('is done again when what it depends on has changed', async () => {
    const first = checkUnit(unit, await factsOf({}));
    const changes: Partial<Target>[] = [
      { given: '1.35' },
      { definitionsKey: 'other' },
      { slotSecrets: new Set(['a']) },
      { hasDefaultLimit: true },
    ];
    for (const change of changes)
      expect(checkUnit(unit, await factsOf(change)), Object.keys(change)[0]).not.to.equal(first);
  });

  it('is done each time where definitions have no digest', async () => {
    const facts = await factsOf({ definitionsKey: undefined });
    expect(checkUnit(unit, facts)).not.to.equal(checkUnit(unit, facts));
  });
});

describe('whatever a manifest holds', () => {
  const services = stackText(
    '  environments: { dev: , ai: { namespaceTemplate: "x-{{ .Slot }}" } }\n  infrastructure:\n    - { name: web, manifests: [{ path: web.yaml }] }\n',
  );
  const render = (object: Value) =>
    renderTexts(
      { 'services.yaml': services, 'web.yaml': JSON.stringify(object) },
      { environment: 'ai', slot: 1 },
    );

  it('is rendered or refused with diagnostics, and nothing is thrown', async () => {
    const anyObject = fc.record({
      apiVersion: fc.constantFrom(...specimens.map(({ object }) => object.apiVersion), 'x/v1'),
      kind: fc.constantFrom(...specimens.map(({ object }) => object.kind), 'Thing'),
      metadata: fc.constant({ name: 'web' }),
      spec: fc.jsonValue(),
      data: fc.jsonValue(),
      rules: fc.jsonValue(),
      roleRef: fc.jsonValue(),
    });
    await fc.assert(
      fc.asyncProperty(anyObject, async (object) => {
        // oxlint-disable-next-line no-unsafe-type-assertion -- fast-check makes JSON
        const result = await render(object as Value);
        const diagnostics = result.ok ? result.rendered.diagnostics : result.diagnostics;
        for (const { code, line } of diagnostics)
          expect(`${code} ${line}`).to.match(/^CK-R-\d+ 1$/);
      }),
      { numRuns: 150 },
    );
  });

  it('is pointed at, also deep inside of a real object', async () => {
    const mutations = specimens.flatMap(({ object }) => mutationsOf(object));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...mutations), async ({ object }) => {
        const result = await render(object);
        const diagnostics = result.ok ? result.rendered.diagnostics : result.diagnostics;
        for (const { file, line } of diagnostics) expect(`${file}:${line}`).to.equal('web.yaml:1');
      }),
      { numRuns: 150 },
    );
  });
});
