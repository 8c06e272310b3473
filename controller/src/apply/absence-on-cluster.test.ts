import { expect } from 'chai';
import { configMap, stackDirectory } from './testing/manifests.ts';
import { createRig, type Rig } from './testing/rig.ts';
import type { ConditionType } from './types.ts';

describe('a state branch that is damaged', () => {
  let rig: Rig;
  let ns: string;
  let good: string | undefined;

  beforeEach(async () => {
    rig = await createRig();
    ns = rig.namespace;
    await publish('red');
    await publish('green');
    good = rig.desired.headCommit;
    rig.requests();
    rig.changes();
  });

  afterEach(() => rig.close());

  async function publish(color: string): Promise<void> {
    await rig.publish([
      {
        name: 'u',
        manifests: ['one', 'two', 'three'].map((name) => configMap(ns, name, { color })),
      },
    ]);
    await rig.healthy();
  }

  /** Asks for an apply, expects this condition, no request at all, and the old objects in place. */
  async function leftAlone(type: ConditionType): Promise<void> {
    await rig.store.workSource('x').requestApply(rig.target.id, 'the branch changed');
    const report = await rig.reported(({ conditions }) =>
      conditions.some((condition) => condition.type === type),
    );
    expect(report.conditions.map((condition) => condition.type)).to.deep.equal([type]);
    expect(rig.requests()).to.deep.equal([]);
    expect(rig.changes()).to.deep.equal([]);
    expect((await rig.store.ledger.loadEnvironment(rig.target.id)).lastAppliedCommit).to.equal(
      good,
    );
    for (const name of ['one', 'two', 'three']) {
      const live = await rig.get({ apiVersion: 'v1', kind: 'ConfigMap', name });
      expect(live).to.deep.include({ data: { color: 'green' } });
    }
  }

  async function goesOn(): Promise<void> {
    await publish('blue');
    expect(rig.changes().map(({ action }) => action)).to.deep.equal([
      'configured',
      'configured',
      'configured',
    ]);
    expect(rig.requests()).to.deep.equal([
      'apply configmaps',
      'apply configmaps',
      'apply configmaps',
    ]);
  }

  it('deleted: nothing is deleted, and the next push works', async () => {
    rig.desired.reset(undefined);
    await leftAlone('branch-missing');
    await goesOn();
  });

  it('rewound: nothing goes back, and the next push works', async () => {
    rig.desired.reset(rig.desired.parent(good ?? ''));
    await leftAlone('rewound');
    await goesOn();
  });

  it('replaced by another history: nothing is deleted, and the next push works', async () => {
    rig.desired.reset(undefined);
    rig.desired.commit({ other: new Map([['readme', 'x']]) });
    await leftAlone('rewound');
    await goesOn();
  });

  it('without the directory of a stack: nothing is deleted, and the next push works', async () => {
    rig.desired.commit({ shop: undefined });
    await leftAlone('stack-missing');
    await goesOn();
  });

  it('with an empty directory: nothing is deleted, and the next push works', async () => {
    rig.desired.commit({ shop: new Map() });
    await leftAlone('plan-unreadable');
    await goesOn();
  });

  it('with a truncated plan: nothing is deleted, and the next push works', async () => {
    rig.desired.commit({ shop: new Map([['plan.json', '{"apiVersion":']]) });
    await leftAlone('plan-unreadable');
    await goesOn();
  });

  it('edited by hand: nothing of it is applied, undoing it is no rewind, and the next push works', async () => {
    const place = {
      project: rig.target.project,
      environment: 'production',
      namespace: ns,
      stack: 'shop',
    };
    const edited = stackDirectory(place, [
      { name: 'u', manifests: [configMap(ns, 'one', { color: 'evil' })] },
    ]);
    rig.desired.commit({ shop: edited });
    await leftAlone('unrecognised');
    rig.desired.reset(good);
    await rig.store.workSource('x').requestApply(rig.target.id, 'undone');
    await rig.reported(({ conditions, health }) => conditions.length === 0 && health === 'healthy');
    await goesOn();
  });

  it('with a content nobody approved: it is held until somebody does', async () => {
    const place = {
      project: rig.target.project,
      environment: 'production',
      namespace: ns,
      stack: 'shop',
    };
    const held = stackDirectory(place, [
      { name: 'u', manifests: [configMap(ns, 'one', { color: 'new' })] },
    ]);
    rig.desired.commit({ shop: held });
    rig.store.recordContent(rig.target.id, 'shop', rig.desired.hashOf('shop'), { approved: false });
    await leftAlone('held');
    rig.store.recordContent(rig.target.id, 'shop', rig.desired.hashOf('shop'), { approved: true });
    await rig.store.workSource('x').requestApply(rig.target.id, 'approved');
    await rig.healthy();
    expect(rig.changes().map(({ action }) => action)).to.have.members([
      'configured',
      'pruned',
      'pruned',
    ]);
  });

  it('with a stack of another project or environment: it is refused', async () => {
    const place = { project: 'other', environment: 'production', namespace: ns, stack: 'shop' };
    rig.desired.commit({ shop: stackDirectory(place, [{ name: 'u', manifests: [] }]) });
    await leftAlone('out-of-bounds');
  });

  it('with a retired plan: it is reported, and nothing is deleted yet', async () => {
    const place = {
      project: rig.target.project,
      environment: 'production',
      namespace: ns,
      stack: 'shop',
    };
    rig.desired.commit({ shop: stackDirectory(place, [], { retired: { token: 't' } }) });
    rig.store.recordContent(rig.target.id, 'shop', rig.desired.hashOf('shop'));
    await leftAlone('retired');
  });
});
