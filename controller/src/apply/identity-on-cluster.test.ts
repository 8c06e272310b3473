import { readFile, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { eventually, sharedControlPlane, temporaryDirectory } from '@codex-k8s/testing';
import { configMap } from './testing/manifests.ts';
import { createRig, type Rig } from './testing/rig.ts';

describe('the identity an environment writes as', () => {
  let rig: Rig;

  afterEach(() => rig.close());

  it('is its service account, which has only the rights it was given', async () => {
    rig = await createRig({ target: { serviceAccount: 'deployer' } });
    const { namespace } = rig;
    const units = [{ name: 'u', manifests: [configMap(namespace, 'c', { a: '1' })] }];
    await rig.publish(units);
    const refused = await rig.reported(({ stacks }) => stacks[0]?.state === 'failed');
    expect(refused.stacks[0]?.message).to.contain(`system:serviceaccount:${namespace}:deployer`);
    await rig.kubectl('create', 'serviceaccount', 'deployer');
    await rig.kubectl(
      'create',
      'role',
      'deployer',
      '--verb=get,create,patch',
      '--resource=configmaps',
    );
    await rig.kubectl(
      'create',
      'rolebinding',
      'deployer',
      '--role=deployer',
      `--serviceaccount=${namespace}:deployer`,
    );
    await rig.store.workSource('x').requestApply(rig.target.id, 'rights were granted');
    await rig.healthy();
  });

  it('may be a token that cannot watch: it applies, and says what goes unseen', async () => {
    const plane = await sharedControlPlane();
    rig = await createRig({ start: false });
    const { namespace } = rig;
    await rig.kubectl('create', 'namespace', namespace);
    await rig.kubectl('create', 'serviceaccount', 'loop');
    await rig.kubectl('create', 'role', 'loop', '--verb=get,create,patch', '--resource=configmaps');
    await rig.kubectl(
      'create',
      'rolebinding',
      'loop',
      '--role=loop',
      `--serviceaccount=${namespace}:loop`,
    );
    const token = (await rig.kubectl('create', 'token', 'loop')).trim();
    const directory = await temporaryDirectory('token');
    const kubeconfigPath = `${directory.path}/kubeconfig`;
    const text = await readFile(plane.kubeconfigPath, 'utf8');
    const server = /server:\s*"?(https:[^\s"]+)"?/u.exec(text)?.[1];
    const authority = /certificate-authority-data:\s*"?([^\s"]+)"?/u.exec(text)?.[1];
    const cluster = { server, 'certificate-authority-data': authority };
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'loop',
      contexts: [{ name: 'loop', context: { cluster: 'loop', user: 'loop' } }],
      clusters: [{ name: 'loop', cluster }],
      users: [{ name: 'loop', user: { token } }],
    };
    await writeFile(kubeconfigPath, JSON.stringify(config));
    const limited = await createRig({ kubeconfigPath, target: rig.target, reuse: rig });
    try {
      await limited.publish([{ name: 'u', manifests: [configMap(namespace, 'c', { a: '1' })] }]);
      const report = await limited.reported(({ conditions }) =>
        conditions.some(({ type }) => type === 'unwatched'),
      );
      expect(report.conditions[0]?.message).to.contain('configmaps');
      expect(report.stacks[0]).to.include({ state: 'healthy' });
      await rig.kubectl('create', 'role', 'reader', '--verb=list,watch', '--resource=configmaps');
      await rig.kubectl(
        'create',
        'rolebinding',
        'reader',
        '--role=reader',
        `--serviceaccount=${namespace}:loop`,
      );
      await eventually(() => limited.reported(({ conditions }) => conditions.length === 0));
    } finally {
      await limited.close();
      await directory.remove();
    }
  });
});
