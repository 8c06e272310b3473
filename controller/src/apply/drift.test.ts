import { expect } from 'chai';
import { eventually } from '@codex-k8s/testing';
import { ClusterError } from '../kubernetes/index.ts';
import { configMap, deployment, job } from './testing/manifests.ts';
import { createRig, type Rig } from './testing/rig.ts';

describe('drift on a real API server', () => {
  let rig: Rig;
  let ns: string;

  async function start(options: Parameters<typeof createRig>[0] = {}): Promise<void> {
    rig = await createRig(options);
    ns = rig.namespace;
    await rig.publish([
      {
        name: 'web',
        manifests: [
          configMap(ns, 'config', { color: 'red', size: 'big' }),
          deployment(ns, 'web', '1'),
        ],
      },
    ]);
    await rig.healthy();
    rig.changes();
    rig.requests();
  }

  afterEach(() => rig.close());

  const config = () => rig.get({ apiVersion: 'v1', kind: 'ConfigMap', name: 'config' });

  /** Waits until the object stands again as it was applied, by one correction. */
  async function corrected(subject: string): Promise<string | undefined> {
    const change = await eventually(
      () => {
        const found = rig.store
          .reports(rig.target.id)
          .flatMap(({ changes }) => changes)
          .find((entry) => entry.action === 'corrected' && entry.subject === subject);
        if (!found) throw new Error('not corrected');
        return found;
      },
      { intervalMs: 5 },
    );
    return change.message;
  }

  it('puts an edited field back, and tells who edited it', async () => {
    await start();
    await rig.kubectl(
      'patch',
      'configmap',
      'config',
      '--type=merge',
      '-p',
      '{"data":{"color":"blue"}}',
    );
    const message = await corrected(`ConfigMap/${ns}/config`);
    expect(message).to.match(/^edited by kubectl-patch at \d{4}-.*; put back$/u);
    expect(await config()).to.deep.include({ data: { color: 'red', size: 'big' } });
    expect(rig.requests()).to.deep.equal(['apply configmaps']);
    await rig.healthy();
  });

  it('puts a field of a Deployment back and leaves its other objects alone', async () => {
    await start();
    const before = await config();
    await rig.kubectl('set', 'image', 'deployment/web', 'app=registry.invalid/other:1');
    await corrected(`Deployment/${ns}/web`);
    const web = await rig.get({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' });
    expect(JSON.stringify(web['spec'])).to.contain('registry.invalid/app:1');
    expect((await config()).metadata.resourceVersion).to.equal(before.metadata.resourceVersion);
    await rig.healthy();
  });

  it('keeps fields that are not ours, and does nothing about them', async () => {
    await start();
    await rig.kubectl('annotate', 'configmap', 'config', 'owner=somebody');
    await rig.kubectl(
      'patch',
      'configmap',
      'config',
      '--type=merge',
      '-p',
      '{"data":{"extra":"kept"}}',
    );
    await rig.kubectl(
      'patch',
      'configmap',
      'config',
      '--type=merge',
      '-p',
      '{"data":{"size":"small"}}',
    );
    await corrected(`ConfigMap/${ns}/config`);
    const live = await config();
    expect(live).to.deep.include({ data: { color: 'red', size: 'big', extra: 'kept' } });
    expect(live.metadata.annotations).to.deep.equal({ owner: 'somebody' });
    expect(rig.changes()).to.have.length(1);
  });

  it('makes a deleted object again', async () => {
    await start();
    const { uid } = (await config()).metadata;
    await rig.kubectl('delete', 'configmap', 'config');
    expect(await corrected(`ConfigMap/${ns}/config`)).to.equal('deleted; put back');
    const live = await config();
    expect(live).to.deep.include({ data: { color: 'red', size: 'big' } });
    expect(live.metadata.uid).not.to.equal(uid);
    await rig.healthy();
  });

  it('puts the label back that makes an object ours', async () => {
    await start();
    await rig.kubectl('label', 'configmap', 'config', 'codex-k8s.dev/project-');
    await corrected(`ConfigMap/${ns}/config`);
    expect((await config()).metadata.labels).to.include({
      'codex-k8s.dev/project': rig.target.project,
    });
  });

  it('makes a deleted namespace again, with everything in it', async () => {
    await start();
    const { uid } = (await config()).metadata;
    await rig.kubectl('delete', 'namespace', ns, '--wait=false');
    await eventually(
      async () => {
        const { objects } = await rig.store.ledger.loadEnvironment(rig.target.id);
        const live = await config();
        expect(live.metadata.uid).not.to.equal(uid);
        expect(live.metadata.uid).to.equal(objects.find(({ name }) => name === 'config')?.uid);
        expect(rig.store.reports(rig.target.id).at(-1)?.health).to.equal('healthy');
      },
      { timeoutMs: 40_000 },
    );
    expect(rig.changes().filter(({ action }) => action === 'corrected').length).to.be.at.least(2);
  });

  it('only reports drift where the policy says so', async () => {
    await start({ target: { driftPolicy: 'report' } });
    await rig.kubectl(
      'patch',
      'configmap',
      'config',
      '--type=merge',
      '-p',
      '{"data":{"color":"blue"}}',
    );
    const report = await rig.reported(({ conditions }) => conditions.length > 0);
    expect(report.conditions[0]).to.include({ type: 'drift', stack: 'shop' });
    expect(report.conditions[0]?.message).to.match(
      /ConfigMap\/.*\/config edited by kubectl-patch at /u,
    );
    expect(rig.requests()).to.deep.equal([]);
    await rig.publish([
      {
        name: 'web',
        manifests: [configMap(ns, 'config', { color: 'green' }), deployment(ns, 'web', '1')],
      },
    ]);
    await rig.reported(({ conditions }) => conditions.length === 0);
    expect(await config()).to.deep.include({ data: { color: 'green' } });
  });

  it('finds on its return what was changed while it was away', async () => {
    await start();
    await rig.close();
    await rig.kubectl('create', 'namespace', ns).catch(() => undefined);
    const away = rig;
    rig = await createRig({ target: away.target, reuse: away });
    await eventually(
      async () => {
        expect(await config()).to.deep.include({ data: { color: 'red', size: 'big' } });
      },
      { timeoutMs: 40_000 },
    );
  });

  it('loses patience with somebody who keeps changing an object, and says so', async () => {
    await start();
    let edits = 0;
    const report = await eventually(
      async () => {
        edits += 1;
        await rig.kubectl(
          'patch',
          'configmap',
          'config',
          '--type=merge',
          '-p',
          `{"data":{"color":"blue${edits}"}}`,
        );
        const last = rig.store.reports(rig.target.id).at(-1);
        if (!last?.conditions.some(({ type }) => type === 'drift'))
          throw new Error('still patient');
        return last;
      },
      { intervalMs: 100 },
    );
    expect(report.conditions[0]?.message).to.contain('kubectl-patch');
    await rig.reported(({ conditions }) => conditions.length === 0);
    expect(await config()).to.deep.include({ data: { color: 'red', size: 'big' } });
  });

  it('does not run a Job again that completed and was cleared away', async () => {
    rig = await createRig();
    ns = rig.namespace;
    await rig.publish([{ name: 'once', manifests: [job(ns, 'once')] }]);
    await rig.healthy();
    rig.requests();
    await rig.kubectl('delete', 'job', 'once');
    await rig.publish([
      { name: 'once', manifests: [job(ns, 'once'), configMap(ns, 'other', { a: '1' })] },
    ]);
    await rig.healthy();
    const error = await rig
      .get({ apiVersion: 'batch/v1', kind: 'Job', name: 'once' })
      .catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(ClusterError);
    expect(rig.requests()).to.deep.equal([
      // The parent of the ApplySet learns of the new kind, then the object.
      'apply configmaps',
      'apply configmaps',
      'list configmaps',
    ]);
  });
});
