import { sharedControlPlane } from '@codex-k8s/testing';
import { expect } from 'chai';
import { groupOf } from '../objects/index.ts';
import type { Value } from '../yaml/index.ts';
import {
  checkConsistency,
  definedKinds,
  loadCatalog,
  validateObject,
  type ApiCatalog,
  type SchemaFault,
  type Shape,
} from './index.ts';
import { openApiServer, type ApiServer } from './testing/api-server.ts';
import { customObjects, thingDefinition, thingPath } from './testing/custom-objects.ts';
import { inconsistencies } from './testing/inconsistencies.ts';
import { mutationsOf, type Mutation } from './testing/mutations.ts';
import { specimens } from './testing/specimens.ts';

/** Of each kind, so many of its mutations are asked about; all of them are some 11,000. */
const perKind = Number(process.env['CODEXK8S_TEST_MUTATIONS'] ?? 60);

describe('the offline validator and a real API server', () => {
  let server: ApiServer;
  let catalog: ApiCatalog;

  before(async function () {
    this.timeout(120_000);
    const plane = await sharedControlPlane();
    server = await openApiServer(plane.kubeconfigPath);
    catalog = await loadCatalog('1.36');
  });
  after(() => server.close());

  it('know the same kinds', async () => {
    const known = new Set(catalog.kinds());
    // Other tests bring kinds of their own to a cluster that they share.
    const served = (await server.servedKinds()).filter((key) => catalog.hasGroup(groupOf(key)));
    expect(served).to.include('apps/v1 Deployment').and.to.have.length.above(50);
    expect(served.filter((key) => !known.has(key))).to.deep.equal([]);
  });

  for (const { path, object } of specimens) {
    it(`agree about ${object.kind}: as it should be, and with one field changed`, async function () {
      this.timeout(60_000);
      const shape = catalog.find(object.apiVersion, object.kind);
      if (shape === undefined) throw new Error(`no ${object.kind}`);
      expect((await server.judge(path, object)).message).to.equal('');
      expect(faultsOf(shape, object)).to.deep.equal([]);
      expect(await disagreements(path, shape, sample(mutationsOf(object)))).to.deep.equal([]);
    });
  }

  it('agree about what no schema says: names, selectors, mounts, Jobs that never end', async function () {
    this.timeout(60_000);
    for (const { path, object, isFine } of inconsistencies) {
      const shape = catalog.find(object.apiVersion, object.kind);
      if (shape === undefined) throw new Error(`no ${object.kind}`);
      const [fault] = faultsOf(shape, object);
      const { status, message } = await server.judge(path, object);
      const said = `${JSON.stringify(object)}: ${message} / ${fault?.message}`;
      expect([fault === undefined, status < 300], said).to.deep.equal([isFine, isFine]);
    }
  });

  it('agree about custom objects', async function () {
    this.timeout(60_000);
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const name = `${definitions}/things.validator.example.com`;
    const made = await server.send('POST', definitions, thingDefinition);
    expect(made.status === 201 || made.status === 409, made.message).to.equal(true);
    try {
      await server.untilServed(thingPath);
      const [[, shape] = []] = definedKinds(thingDefinition, catalog.objectMeta);
      if (shape === undefined) throw new Error('the definition brings no kind');
      const [first] = customObjects;
      expect(first && (await server.judge(thingPath, first)).message).to.equal('');
      for (const object of customObjects) {
        const verdict = await server.judge(thingPath, object);
        const faults = faultsOf(shape, object);
        const said = `${JSON.stringify(object['spec'])}: ${verdict.message} / ${faults[0]?.message}`;
        expect(faults.length === 0, said).to.equal(verdict.status < 300);
      }
      if (first !== undefined)
        expect(await disagreements(thingPath, shape, sample(mutationsOf(first)))).to.deep.equal([]);
    } finally {
      await server.send('DELETE', name);
    }
  });

  /**
   * What only one of the two refuses. What the server's own code says of a well-formed object (422)
   * may be more than a schema can know; that the validator refuses something alone may never be.
   */
  async function disagreements(
    path: string,
    shape: Shape,
    mutations: readonly Mutation[],
  ): Promise<string[]> {
    const found: string[] = [];
    const waiting = [...mutations];
    const ask = async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const verdict = await server.judge(path, next.object);
        const fault = faultsOf(shape, next.object)[0];
        if (fault !== undefined && verdict.status < 300)
          found.push(`only the validator: ${next.name}: ${fault.message}`);
        if (fault === undefined && verdict.status >= 300 && verdict.status !== 422)
          found.push(`only the server: ${next.name}: ${verdict.status} ${verdict.message}`);
      }
    };
    await Promise.all([ask(), ask(), ask(), ask()]);
    return found;
  }
});

/** Everything that the renderer says against an object. */
function faultsOf(shape: Shape, value: Value): SchemaFault[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const { apiVersion, kind } = value;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return [];
  return [...validateObject(shape, value), ...checkConsistency(apiVersion, kind, value)];
}

/** Spread evenly over all of them, the same ones each time. */
function sample(mutations: readonly Mutation[]): Mutation[] {
  const step = Math.max(1, mutations.length / perKind);
  const count = Math.min(perKind, mutations.length);
  return Array.from({ length: count }, (_, index) => mutations[Math.floor(index * step)]).filter(
    (mutation) => mutation !== undefined,
  );
}
