import { expect } from 'chai';
import { eventually } from '@codex-k8s/testing';
import { configMap, deployment, job, type Manifest, type UnitSource } from './testing/manifests.ts';
import { createRig, type Rig } from './testing/rig.ts';

function secret(namespace: string, data: Record<string, string>): Manifest {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace }, data };
}

describe('applying on a real API server', () => {
  let rig: Rig;
  let ns: string;

  beforeEach(async () => {
    rig = await createRig();
    ns = rig.namespace;
  });

  afterEach(() => rig.close());

  const configs = (count: number, color = 'red'): UnitSource[] =>
    Array.from({ length: count }, (_, index) => ({
      name: `u${index}`,
      manifests: [configMap(ns, `c${index}`, { color: index === 0 ? color : 'same' })],
    }));

  it('brings up a new stack in the order of its phases, each ready before the next', async () => {
    await rig.publish([
      { name: 'db', phase: 'stateful', manifests: [deployment(ns, 'db', '1')] },
      {
        name: 'web',
        phase: 'frontend',
        manifests: [deployment(ns, 'web', '1'), configMap(ns, 'web', { color: 'red' })],
      },
    ]);
    await rig.healthy();
    const reports = rig.store.reports(rig.target.id);
    expect(reports[0]?.changes.map(({ subject }) => subject)).to.deep.equal([
      `Deployment/${ns}/db`,
    ]);
    expect(reports[0]?.stacks[0]).to.include({ state: 'waiting' });
    expect(reports[0]?.health).to.equal('progressing');
    const [first, ...others] = rig.changes().map(({ subject, action }) => `${action} ${subject}`);
    expect(first).to.equal(`created Deployment/${ns}/db`);
    expect(others).to.have.members([`created Deployment/${ns}/web`, `created ConfigMap/${ns}/web`]);
    const db = await rig.get({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'db' });
    expect(db['status']).to.include({ readyReplicas: 1 });
  });

  it('sends one request for one changed object, and none for a revision it has applied', async () => {
    await rig.publish(configs(20));
    await rig.healthy();
    const before = await Promise.all(
      [0, 1].map((index) => rig.get({ apiVersion: 'v1', kind: 'ConfigMap', name: `c${index}` })),
    );
    rig.requests();
    await rig.publish(configs(20, 'blue'));
    await rig.healthy();
    expect(rig.requests()).to.deep.equal(['apply configmaps']);
    const after = await Promise.all(
      [0, 1].map((index) => rig.get({ apiVersion: 'v1', kind: 'ConfigMap', name: `c${index}` })),
    );
    expect(after[0]).to.deep.include({ data: { color: 'blue' } });
    expect(after[1]?.metadata.resourceVersion).to.equal(before[1]?.metadata.resourceVersion);

    const reports = rig.store.reports(rig.target.id).length;
    await rig.store.workSource('x').requestApply(rig.target.id, 'nothing new');
    await eventually(() => rig.store.lastOutcome(rig.target.id)?.kind === 'done');
    await rig.publish(configs(20, 'blue'));
    await eventually(async () => {
      const { lastAppliedCommit } = await rig.store.ledger.loadEnvironment(rig.target.id);
      expect(lastAppliedCommit).to.equal(rig.desired.headCommit);
    });
    expect(rig.requests()).to.deep.equal([]);
    expect(rig.store.reports(rig.target.id)).to.have.length(reports + 1);
  });

  it('sends nothing again after a restart', async () => {
    await rig.publish([...configs(3), { name: 'web', manifests: [deployment(ns, 'web', '1')] }]);
    await rig.healthy();
    const reported = () => rig.store.reports(rig.target.id).length;
    const before = reported();
    rig.changes();
    await rig.close();
    const again = await createRig({ target: rig.target, reuse: rig });
    try {
      await eventually(() => reported() > before);
      await again.healthy();
      expect(
        again.requests().filter((request) => !/^(list|discover)/u.test(request)),
      ).to.deep.equal([]);
      expect(again.changes()).to.deep.equal([]);
    } finally {
      await again.close();
    }
  });

  it('deletes exactly what left, and nothing else', async () => {
    await rig.publish(configs(4));
    await rig.healthy();
    const uids = new Map(await uidsOf(['c0', 'c1', 'c2']));
    rig.requests();
    await rig.publish(configs(3));
    await rig.healthy();
    expect(rig.requests()).to.deep.equal(['delete configmaps']);
    expect(rig.changes().at(-1)).to.deep.include({
      action: 'pruned',
      subject: `ConfigMap/${ns}/c3`,
      unit: 'u3',
    });
    expect(new Map(await uidsOf(['c0', 'c1', 'c2']))).to.deep.equal(uids);
    expect(await uidsOf(['c3'])).to.deep.equal([['c3', 'gone']]);
  });

  it('keeps an object that moves to another unit, or to another stack', async () => {
    const moving = configMap(ns, 'moving', { a: '1' });
    const stay = configMap(ns, 'stay', { a: '1' });
    await rig.publish([{ name: 'one', manifests: [moving, stay] }]);
    await rig.healthy();
    const before = await uidsOf(['moving', 'stay']);
    rig.requests();
    await rig.publish([
      { name: 'one', manifests: [stay] },
      { name: 'two', manifests: [moving] },
    ]);
    await rig.healthy();
    expect(await uidsOf(['moving', 'stay'])).to.deep.equal(before);

    await rig.publish([{ name: 'moved', manifests: [moving] }], 'blog');
    await rig.reported(({ conditions }) => conditions.some(({ type }) => type === 'conflict'));
    await rig.publish([{ name: 'one', manifests: [stay] }]);
    await rig.healthy('blog');
    await rig.healthy('shop');
    expect(await uidsOf(['moving', 'stay'])).to.deep.equal(before);
    expect(rig.requests().filter((request) => request.startsWith('delete'))).to.deep.equal([]);
    const { objects } = await rig.store.ledger.loadEnvironment(rig.target.id);
    expect(objects.map(({ name, stack, unit }) => [name, stack, unit])).to.have.deep.members([
      ['moving', 'blog', 'moved'],
      ['stay', 'shop', 'one'],
    ]);
  });

  it('leaves the objects of another stack alone', async () => {
    await rig.publish([{ name: 'one', manifests: [configMap(ns, 'shop', { a: '1' })] }], 'shop');
    await rig.publish([{ name: 'one', manifests: [configMap(ns, 'blog', { a: '1' })] }], 'blog');
    await rig.healthy('shop');
    await rig.healthy('blog');
    const before = await rig.get({ apiVersion: 'v1', kind: 'ConfigMap', name: 'shop' });
    rig.requests();
    await rig.publish([{ name: 'one', manifests: [configMap(ns, 'blog', { a: '2' })] }], 'blog');
    await rig.healthy('blog');
    expect(rig.requests()).to.deep.equal(['apply configmaps']);
    const after = await rig.get({ apiVersion: 'v1', kind: 'ConfigMap', name: 'shop' });
    expect(after.metadata.resourceVersion).to.equal(before.metadata.resourceVersion);
  });

  it('waits for a Job to complete before what comes after it', async () => {
    await rig.publish([
      { name: 'migrate', phase: 'migrations', manifests: [job(ns, 'migrate')] },
      { name: 'api', manifests: [configMap(ns, 'api', { a: '1' })] },
    ]);
    await rig.healthy();
    const changes = rig.changes().map(({ subject }) => subject);
    expect(changes).to.deep.equal([`Job/${ns}/migrate`, `ConfigMap/${ns}/api`]);
    const done = await rig.get({ apiVersion: 'batch/v1', kind: 'Job', name: 'migrate' });
    expect(done['status']).to.include({ succeeded: 1 });
  });

  it('stops what depends on a broken unit, lets the rest through, and takes the fix', async () => {
    const units = (simulation?: 'fail'): UnitSource[] => [
      {
        name: 'migrate',
        phase: 'stateful',
        manifests: [job(ns, simulation ? 'bad' : 'good', simulation)],
      },
      { name: 'other', phase: 'stateful', manifests: [configMap(ns, 'other', { a: '1' })] },
      { name: 'api', dependsOn: ['migrate'], manifests: [configMap(ns, 'api', { a: '1' })] },
    ];
    await rig.publish(units('fail'));
    const broken = await rig.reported(({ stacks }) => stacks[0]?.state === 'failed');
    expect(broken.health).to.equal('degraded');
    expect(broken.conditions[0]).to.include({ type: 'unit-failed', stack: 'shop' });
    expect(broken.conditions[0]?.message).to.match(/^migrate: Job\/.*\/bad: /u);
    expect(rig.changes().map(({ subject }) => subject)).to.have.members([
      `Job/${ns}/bad`,
      `ConfigMap/${ns}/other`,
    ]);
    await rig.publish(units());
    await rig.healthy();
    expect(rig.changes().map(({ action, subject }) => `${action} ${subject}`)).to.deep.equal([
      `created Job/${ns}/good`,
      `created ConfigMap/${ns}/api`,
      `pruned Job/${ns}/bad`,
    ]);
  });

  it('fails a roll-out that is not ready in its time, says why, and takes the fix', async () => {
    await rig.publish([
      { name: 'web', timeoutSeconds: 1, manifests: [deployment(ns, 'web', '1', 'never-ready')] },
    ]);
    const failed = await rig.reported(({ stacks }) => stacks[0]?.state === 'failed');
    expect(failed.stacks[0]?.message).to.match(/Deployment\/.*\/web: .*\(not ready within 1 s\)/u);
    await rig.publish([
      { name: 'web', timeoutSeconds: 30, manifests: [deployment(ns, 'web', '2')] },
    ]);
    await rig.healthy();
  });

  it('stops only the objects the API server refuses, and says what is wrong with them', async () => {
    const wrong = { ...deployment(ns, 'wrong', '1'), spec: { replicas: 1, unknownField: true } };
    await rig.publish([
      { name: 'wrong', manifests: [wrong] },
      { name: 'right', manifests: [configMap(ns, 'right', { a: '1' })] },
      { name: 'after', phase: 'frontend', manifests: [configMap(ns, 'after', { a: '1' })] },
    ]);
    const report = await rig.reported(({ stacks }) => stacks[0]?.state === 'failed');
    expect(report.conditions[0]).to.include({ type: 'apply-failed', stack: 'shop' });
    expect(report.conditions[0]?.message).to.contain('unknownField');
    expect(rig.store.lastOutcome(rig.target.id)?.kind).to.equal('retry');
    expect(await uidsOf(['after'])).to.deep.equal([['after', 'gone']]);
    await rig.publish([{ name: 'right', manifests: [configMap(ns, 'right', { a: '1' })] }]);
    await rig.healthy();
  });

  it('never tells the values of a Secret, whatever is wrong with it', async () => {
    const canary = 'Y2FuYXJ5LXZhbHVl';
    await rig.publish([{ name: 's', manifests: [secret(ns, { key: `${canary}!not base64` })] }]);
    const report = await rig.reported(({ stacks }) => stacks[0]?.state === 'failed');
    expect(JSON.stringify([report, rig.errors]))
      .to.contain('Secret')
      .and.not.to.contain(canary);
    await rig.publish([{ name: 's', manifests: [secret(ns, { key: canary })] }]);
    await rig.healthy();
    expect(JSON.stringify(rig.store.reports(rig.target.id))).not.to.contain(canary);
  });

  it('applies a definition and objects of its kind in one revision', async () => {
    const group = `${ns}.example.com`;
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `gadgets.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural: 'gadgets', singular: 'gadget', kind: 'Gadget' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        ],
      },
    };
    const gadget = {
      apiVersion: `${group}/v1`,
      kind: 'Gadget',
      metadata: { name: 'one', namespace: ns },
      spec: { size: 3 },
    };
    try {
      await rig.publish([{ name: 'gadgets', manifests: [definition, gadget] }]);
      await rig.healthy();
      const live = await rig.get({ apiVersion: `${group}/v1`, kind: 'Gadget', name: 'one' });
      expect(live).to.deep.include({ spec: { size: 3 } });
      expect(
        rig.changes().filter(({ action }) => action !== 'created' && action !== 'failed'),
      ).to.deep.equal([]);
    } finally {
      // A loop that runs would put back what is deleted.
      await rig.stopLoops();
      await rig.kubectl('delete', 'crd', `gadgets.${group}`, '--ignore-not-found');
    }
  });

  it('takes an object over that people applied by other tools, and says from whom', async () => {
    await rig.kubectl('create', 'namespace', ns);
    await rig.kubectl(
      'create',
      'configmap',
      'c0',
      '--from-literal=color=green',
      '--from-literal=extra=kept',
    );
    await rig.publish(configs(1));
    await rig.healthy();
    expect(rig.changes()[0]).to.deep.include({
      action: 'configured',
      message: 'took fields over from kubectl-create',
    });
    const live = await rig.get({ apiVersion: 'v1', kind: 'ConfigMap', name: 'c0' });
    expect(live).to.deep.include({ data: { color: 'red', extra: 'kept' } });
  });

  it('leaves an object alone that another environment applies, and names both', async () => {
    await rig.publish(configs(1));
    await rig.healthy();
    const other = await createRig({ target: { namespace: ns, name: 'staging' } });
    try {
      await other.publish(configs(1, 'blue'));
      const report = await other.reported(({ stacks }) => stacks[0]?.state === 'failed');
      expect(report.conditions[0]?.message)
        .to.contain(rig.target.id)
        .and.to.contain(other.target.id);
      expect(other.changes()[0]).to.include({ action: 'conflict', subject: `ConfigMap/${ns}/c0` });
      const live = await rig.get({ apiVersion: 'v1', kind: 'ConfigMap', name: 'c0' });
      expect(live).to.deep.include({ data: { color: 'red' } });
    } finally {
      await other.close();
    }
  });

  it('refuses a stack that reaches into a namespace the environment has not claimed', async () => {
    await rig.publish([{ name: 'u', manifests: [configMap('default', 'stray', { a: '1' })] }]);
    const report = await rig.reported(({ conditions }) => conditions.length > 0);
    expect(report.conditions[0]).to.include({ type: 'out-of-bounds', stack: 'shop' });
    expect(rig.requests()).to.deep.equal([]);
  });

  it('keeps the parent of the ApplySet in step with the kinds of the stack', async () => {
    await rig.publish([
      { name: 'u', manifests: [configMap(ns, 'c', { a: '1' }), deployment(ns, 'web', '1')] },
    ]);
    await rig.healthy();
    const parent = () => rig.get({ apiVersion: 'v1', kind: 'ConfigMap', name: 'codex-k8s-shop' });
    const kinds = 'applyset.kubernetes.io/contains-group-kinds';
    expect((await parent()).metadata.annotations).to.include({
      [kinds]: 'ConfigMap,Deployment.apps',
    });
    expect((await parent()).metadata.labels).to.include({
      'applyset.kubernetes.io/id': 'applyset-shop-v1',
    });
    await rig.publish([{ name: 'u', manifests: [configMap(ns, 'c', { a: '1' })] }]);
    await rig.healthy();
    expect((await parent()).metadata.annotations).to.include({ [kinds]: 'ConfigMap' });
  });

  it('never deletes a claim, and says that it stays', async () => {
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace: ns },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    };
    await rig.publish([{ name: 'u', manifests: [claim, configMap(ns, 'c', { a: '1' })] }]);
    await rig.reported(
      ({ stacks }) => stacks[0]?.state === 'healthy' || stacks[0]?.state === 'applied',
    );
    rig.requests();
    await rig.publish([{ name: 'u', manifests: [configMap(ns, 'c', { a: '1' })] }]);
    const report = await rig.reported(({ conditions }) =>
      conditions.some(({ type }) => type === 'prune-limited'),
    );
    expect(report.conditions[0]?.message).to.contain(`PersistentVolumeClaim/${ns}/data`);
    expect(rig.writes()).to.deep.equal([]);
  });

  it('deletes nothing when too much would go at once', async () => {
    await rig.publish(configs(24));
    await rig.healthy();
    rig.requests();
    await rig.publish(configs(11));
    const report = await rig.reported(({ conditions }) =>
      conditions.some(({ type }) => type === 'prune-limited'),
    );
    expect(report.conditions[0]?.message).to.contain('13 of 24 objects');
    expect(rig.requests()).to.deep.equal([]);
    await rig.publish(configs(24));
    await rig.reported(({ conditions }) => conditions.length === 0);
  });

  it('cancels waiting for a revision when a newer one comes', async () => {
    await rig.publish([
      { name: 'web', phase: 'stateful', manifests: [deployment(ns, 'web', '1', 'never-ready')] },
      { name: 'after', manifests: [configMap(ns, 'after', { a: '1' })] },
    ]);
    await rig.reported(({ stacks }) => stacks[0]?.state === 'waiting');
    await rig.publish([
      { name: 'web', phase: 'stateful', manifests: [deployment(ns, 'web', '2')] },
      { name: 'after', manifests: [configMap(ns, 'after', { a: '2' })] },
    ]);
    await rig.healthy();
    const live = await rig.get({ apiVersion: 'v1', kind: 'ConfigMap', name: 'after' });
    expect(live).to.deep.include({ data: { a: '2' } });
  });

  async function uidsOf(names: string[]): Promise<[string, string][]> {
    return Promise.all(
      names.map(async (name): Promise<[string, string]> => {
        const found = await rig
          .get({ apiVersion: 'v1', kind: 'ConfigMap', name })
          .catch(() => undefined);
        return [name, found?.metadata.uid ?? 'gone'];
      }),
    );
  }
});
