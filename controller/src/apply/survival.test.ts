import { expect } from 'chai';
import { eventually, sharedControlPlane } from '@codex-k8s/testing';
import type { CheckpointName } from '../checkpoints/index.ts';
import type { WorkSource } from './ports.ts';
import { createCuttableProxy, type CuttableProxy } from './testing/cuttable-proxy.ts';
import { configMap, deployment, type UnitSource } from './testing/manifests.ts';
import { createRig, type Rig } from './testing/rig.ts';

/** Stops whoever comes to a checkpoint until it is opened. */
function gate(name: CheckpointName) {
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  return {
    reached: reached.promise,
    open: opened.resolve,
    async checkpoint(at: CheckpointName) {
      if (at !== name) return;
      reached.resolve();
      await opened.promise;
    },
  };
}

function colors(namespace: string, color: string, count = 3): UnitSource[] {
  return [
    {
      name: 'u',
      manifests: Array.from({ length: count }, (_, index) =>
        configMap(namespace, `c${index}`, { color }),
      ),
    },
  ];
}

describe('an API server that is away', () => {
  let proxy: CuttableProxy;
  let rig: Rig;

  beforeEach(async () => {
    const plane = await sharedControlPlane();
    proxy = await createCuttableProxy(plane.kubeconfigPath);
    rig = await createRig({
      kubeconfigPath: proxy.kubeconfigPath,
      leaseMs: 2_000,
      loop: { leaseMarginMs: 500 },
    });
  });

  afterEach(async () => {
    await rig.close();
    await proxy.close();
  });

  async function unreachable(): Promise<void> {
    const report = await rig.reported(({ conditions }) =>
      conditions.some(({ type }) => type === 'cluster-unreachable'),
    );
    expect(report.health).to.equal('unknown');
    expect(rig.store.lastOutcome(rig.target.id)).to.deep.include({ kind: 'retry' });
  }

  it('is tried again until it is back, and then everything converges', async () => {
    const ns = rig.namespace;
    await rig.publish([
      ...colors(ns, 'red'),
      { name: 'web', manifests: [deployment(ns, 'web', '1')] },
    ]);
    await rig.healthy();
    await proxy.cut();
    await rig.publish([
      ...colors(ns, 'blue'),
      { name: 'web', manifests: [deployment(ns, 'web', '2')] },
    ]);
    await unreachable();
    await rig.kubectl('delete', 'configmap', 'c2');
    await proxy.restore();
    await rig.healthy();
    for (const name of ['c0', 'c1', 'c2']) {
      const live = await rig.get({ apiVersion: 'v1', kind: 'ConfigMap', name });
      expect(live).to.deep.include({ data: { color: 'blue' } });
    }
  });

  it('on the very first apply: nothing is lost', async () => {
    await proxy.cut();
    await rig.publish(colors(rig.namespace, 'red'));
    await unreachable();
    await proxy.restore();
    await rig.healthy();
  });

  it('in the middle of an apply: what was done is recorded, the rest follows', async () => {
    await rig.close();
    let applied = 0;
    const options = {
      kubeconfigPath: proxy.kubeconfigPath,
      loop: { writes: 1 },
      async checkpoint(name: CheckpointName) {
        if (name === 'apply.object' && (applied += 1) === 5) await proxy.cut();
      },
    };
    rig = await createRig(options);
    await rig.publish(colors(rig.namespace, 'red', 10));
    await unreachable();
    const { objects } = await rig.store.ledger.loadEnvironment(rig.target.id);
    expect(objects).to.have.length(5);
    expect(rig.store.reports(rig.target.id).at(-1)?.stacks[0]).to.include({
      state: 'waiting',
      message: '5 of 10 objects are not applied yet',
    });
    await proxy.restore();
    await rig.healthy();
    expect(applied).to.equal(10);
    expect(rig.changes().filter(({ action }) => action === 'created')).to.have.length(10);
  });

  it('silent instead of refusing: the step ends before its lease does', async () => {
    await rig.publish(colors(rig.namespace, 'red'));
    await rig.healthy();
    proxy.freeze();
    const startedAt = performance.now();
    await rig.publish(colors(rig.namespace, 'blue'));
    await unreachable();
    expect(performance.now() - startedAt).to.be.below(6_000);
    await proxy.cut();
    await proxy.restore();
    await rig.healthy();
  });
});

describe('a process that loses its lease or stops', () => {
  let rig: Rig | undefined;

  afterEach(() => rig?.close());

  it('records nothing once another one may have taken over, and the other converges', async () => {
    const held = gate('apply.applied');
    rig = await createRig({ checkpoint: (name) => held.checkpoint(name) });
    const { store, target, namespace } = rig;
    await rig.publish(colors(namespace, 'red'));
    await held.reached;
    store.expireWork();
    store.expireEnvironments('one');
    rig.startLoop('two', { checkpoint: () => Promise.resolve() });
    await rig.healthy();
    const recorded = await store.ledger.loadEnvironment(target.id);
    held.open();
    const stale = rig;
    await eventually(() => expect(stale.errors).to.have.length(1));
    expect(stale.errors[0]?.message).to.contain('fenced');
    expect(await store.ledger.loadEnvironment(target.id)).to.deep.equal(recorded);
  });

  it('writes nothing more when the lease ends in the middle', async () => {
    const held = gate('apply.object');
    rig = await createRig({ checkpoint: (name) => held.checkpoint(name), loop: { writes: 1 } });
    const { store, namespace } = rig;
    await rig.publish(colors(namespace, 'red'));
    await held.reached;
    rig.requests();
    store.expireWork();
    store.expireEnvironments('one');
    // The loop finds out with its next renewal, or by its clock.
    const two = store.workSource('two');
    await eventually(async () => {
      await two.acquireEnvironments();
      return (await two.claim(1)).length === 1;
    });
    held.open();
    const stale = rig;
    await eventually(() => expect(stale.errors.length).to.be.above(0), { timeoutMs: 20_000 });
    expect(
      stale.requests().filter((request) => request.startsWith('apply')),
    ).to.have.length.at.most(2);
    expect((await store.ledger.loadEnvironment(rig.target.id)).objects).to.deep.equal([]);
  });

  it('records what it has done when it is stopped in the middle, and the next one goes on', async () => {
    const held = gate('apply.object');
    rig = await createRig({ checkpoint: (name) => held.checkpoint(name), loop: { writes: 1 } });
    const first = rig;
    await rig.publish(colors(rig.namespace, 'red'));
    await held.reached;
    const stopped = rig.stopLoops();
    held.open();
    await stopped;
    const { objects } = await rig.store.ledger.loadEnvironment(rig.target.id);
    expect(objects).to.have.length(1);
    rig = await createRig({ target: first.target, reuse: first });
    await rig.healthy();
    expect(rig.changes().map(({ action }) => action)).to.deep.equal(['created', 'created']);
    await first.close();
  });

  it('leaves no trace of a crash between applying and recording but a repeated write', async () => {
    const held = gate('apply.applied');
    rig = await createRig({ checkpoint: (name) => held.checkpoint(name) });
    const crashed = rig;
    await rig.publish(colors(rig.namespace, 'red'));
    await held.reached;
    // As after a kill: the process is gone without a word, its leases run out.
    rig.store.expireWork();
    rig.store.expireEnvironments('one');
    rig = await createRig({ target: crashed.target, reuse: crashed, owner: 'two' });
    await rig.healthy();
    expect(rig.changes().map(({ action, message }) => [action, message])).to.deep.equal(
      Array.from({ length: 3 }, () => ['configured', 'existed already']),
    );
    expect((await rig.store.ledger.loadEnvironment(rig.target.id)).objects).to.have.length(3);
    held.open();
    await crashed.close();
  });
});

describe('a crash between writing and recording', () => {
  it('leaves no object behind that the next revision no longer wants', async () => {
    const held = gate('apply.applied');
    const crashed = await createRig({ start: false });
    const { namespace, store, target } = crashed;
    await crashed.publish(colors(namespace, 'red', 2));
    crashed.startLoop('zero');
    await crashed.healthy();
    await crashed.stopLoops();
    crashed.startLoop('one', { checkpoint: (name) => held.checkpoint(name) });
    await crashed.publish(colors(namespace, 'red', 4));
    await held.reached;
    store.expireWork();
    store.expireEnvironments('one');
    await crashed.publish(colors(namespace, 'red', 2));
    const rig = await createRig({ target, reuse: crashed, owner: 'two' });
    try {
      await eventually(() => {
        const pruned = rig.changes().filter(({ action }) => action === 'pruned');
        expect(pruned.map(({ subject }) => subject).toSorted()).to.deep.equal([
          `ConfigMap/${namespace}/c2`,
          `ConfigMap/${namespace}/c3`,
        ]);
      });
      await rig.healthy();
      const { objects } = await store.ledger.loadEnvironment(target.id);
      expect(objects.map(({ name }) => name).toSorted()).to.deep.equal(['c0', 'c1']);
    } finally {
      held.open();
      await rig.close();
      await crashed.close();
    }
  });
});

describe('two loops on one record', () => {
  it('bring every environment to its newest revision, never two steps of one at once', async () => {
    const first = await createRig({ start: false });
    const others = await Promise.all(
      Array.from({ length: 3 }, () => createRig({ start: false, reuse: { store: first.store } })),
    );
    const rigs = [first, ...others];
    const desired = async (id: string) => {
      const rig = rigs.find(({ target }) => target.id === id);
      if (!rig) throw new Error(`no environment ${id}`);
      return rig.desired;
    };
    const underWay = new Map<string, number>();
    const most = new Map<string, number>();
    const steps = new Map<string, number>();
    const counted = (owner: string): WorkSource => {
      const source = first.store.workSource(owner);
      return {
        ...source,
        async claim(limit) {
          const works = await source.claim(limit);
          for (const { environment } of works) {
            const now = (underWay.get(environment.id) ?? 0) + 1;
            underWay.set(environment.id, now);
            most.set(environment.id, Math.max(most.get(environment.id) ?? 0, now));
            steps.set(owner, (steps.get(owner) ?? 0) + 1);
          }
          return works;
        },
        async finish(work, outcome, report) {
          underWay.set(work.environment.id, (underWay.get(work.environment.id) ?? 0) - 1);
          await source.finish(work, outcome, report);
        },
      };
    };
    try {
      first.store.reserve(first.target.id, 'two');
      for (const owner of ['one', 'two']) first.startLoop(owner, { work: counted(owner), desired });
      for (let version = 0; version < 8; version += 1) {
        await Promise.all(rigs.map((rig) => rig.publish(colors(rig.namespace, `v${version}`))));
      }
      await Promise.all(rigs.map((rig) => rig.healthy()));
      for (const rig of rigs) {
        const live = await rig.get({ apiVersion: 'v1', kind: 'ConfigMap', name: 'c0' });
        expect(live).to.deep.include({ data: { color: 'v7' } });
        expect(rig.errors).to.deep.equal([]);
      }
      expect([...most.values()]).to.deep.equal([1, 1, 1, 1]);
      expect([...steps.keys()].toSorted()).to.deep.equal(['one', 'two']);
    } finally {
      await Promise.all(rigs.map((rig) => rig.close()));
    }
  });
});
