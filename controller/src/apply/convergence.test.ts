import { expect } from 'chai';
import fc from 'fast-check';
import { eventually } from '@codex-k8s/testing';
import { ClusterError } from '../kubernetes/index.ts';
import { configMap, type UnitSource } from './testing/manifests.ts';
import { createRig, type Rig } from './testing/rig.ts';

const names = ['a', 'b', 'c', 'd', 'e'];

type Deed =
  | { kind: 'push'; colors: Record<string, string> }
  | { kind: 'edit'; name: string; color: string }
  | { kind: 'delete'; name: string }
  | { kind: 'restart' };

const color = fc.constantFrom('red', 'green', 'blue');
const push = fc
  .record({
    kept: fc.subarray(names, { minLength: 1 }),
    colors: fc.array(color, { minLength: 5, maxLength: 5 }),
  })
  .map(({ kept, colors }): Deed => ({
    kind: 'push',
    colors: Object.fromEntries(kept.map((name, index) => [name, colors[index] ?? 'red'])),
  }));
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 3, arbitrary: push },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('edit' as const),
      name: fc.constantFrom(...names),
      color,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('delete' as const), name: fc.constantFrom(...names) }),
  },
  { weight: 1, arbitrary: fc.constant<Deed>({ kind: 'restart' }) },
);

function isGone(error: unknown): void {
  if (!(error instanceof ClusterError) || error.kind !== 'conflict') throw error;
}

describe('whatever happens in whatever order', () => {
  let rig: Rig;
  let run = 0;

  beforeEach(async () => {
    rig = await createRig();
  });

  afterEach(() => rig.close());

  const reference = (name: string) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    namespace: rig.namespace,
    name,
  });

  const named = (name: string) => `${name}${run}`;

  /** What somebody else makes of an object that is there. */
  async function edit(name: string, data: Record<string, string>, uid?: string): Promise<void> {
    const manifest = configMap(rig.namespace, name, data);
    const body = JSON.stringify({ ...manifest, metadata: { ...manifest.metadata, uid } });
    await rig.person.apply(reference(name), body, { fieldManager: 'somebody', force: true });
  }

  /** The cluster and the record hold exactly what is wanted. */
  async function hasConverged(wanted: Record<string, string>): Promise<void> {
    const collection = { apiVersion: 'v1', kind: 'ConfigMap', namespace: rig.namespace };
    const { items } = await rig.person.list(collection, { labelSelector: 'codex-k8s.dev/unit' });
    const live = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    expect(new Map(live.map((item) => [item.metadata.name, item['data']]))).to.deep.equal(
      new Map(Object.entries(wanted).map(([name, value]) => [named(name), { color: value }])),
    );
    const { objects } = await rig.store.ledger.loadEnvironment(rig.target.id);
    expect(new Map(objects.map(({ name, uid }) => [name, uid]))).to.deep.equal(
      new Map(live.map(({ metadata }) => [metadata.name, metadata.uid])),
    );
  }

  async function carryOut(step: Deed): Promise<void> {
    if (step.kind === 'push') {
      const units = Object.entries(step.colors).map(([name, value]): UnitSource => ({
        name,
        manifests: [configMap(rig.namespace, named(name), { color: value })],
      }));
      await rig.publish(units);
    } else if (step.kind === 'restart') {
      await rig.stopLoops();
      rig.startLoop();
    } else if (step.kind === 'delete') {
      await rig.person.delete(reference(named(step.name))).catch(() => undefined);
    } else {
      const found = await rig.person.get(reference(named(step.name))).catch(() => undefined);
      // By its uid, so that an object that is pruned just now is not made anew as somebody's.
      if (found)
        await edit(named(step.name), { color: step.color }, found.metadata.uid).catch(isGone);
    }
  }

  it('the cluster comes to the last push, and what is not ours stays as it was', async () => {
    await rig.publish([
      { name: 'a', manifests: [configMap(rig.namespace, 'a', { color: 'red' })] },
    ]);
    await rig.healthy();
    await edit('foreign', { color: 'mine' });
    const foreign = await rig.get({ apiVersion: 'v1', kind: 'ConfigMap', name: 'foreign' });

    await fc.assert(
      fc.asyncProperty(
        fc.array(deed, { minLength: 1, maxLength: 8 }),
        push,
        async (deeds, last) => {
          // Names of its own: the loop becomes patient with an object that is edited again and again.
          run += 1;
          for (const step of [...deeds, last]) await carryOut(step);
          const wanted = last.kind === 'push' ? last.colors : {};
          await eventually(() => hasConverged(wanted), { timeoutMs: 20_000, intervalMs: 10 });
        },
      ),
      { numRuns: 25, endOnFailure: true, interruptAfterTimeLimit: 40_000 },
    );
    const after = await rig.get({ apiVersion: 'v1', kind: 'ConfigMap', name: 'foreign' });
    expect(after.metadata.resourceVersion).to.equal(foreign.metadata.resourceVersion);
    expect(rig.errors).to.deep.equal([]);
  });
});
