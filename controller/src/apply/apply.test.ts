import { expect } from 'chai';
import { configMap, deployment } from './testing/manifests.ts';
import { createRig, type Rig } from './testing/rig.ts';

describe('applying on a real API server', () => {
  let rig: Rig;

  beforeEach(async () => {
    rig = await createRig();
  });

  afterEach(() => rig.close());

  it('brings up a new stack and says when it is healthy', async () => {
    const { namespace } = rig;
    await rig.publish([
      { name: 'db', phase: 'stateful', manifests: [deployment(namespace, 'db', '1')] },
      {
        name: 'web',
        phase: 'frontend',
        manifests: [
          deployment(namespace, 'web', '1'),
          configMap(namespace, 'web', { color: 'red' }),
        ],
      },
    ]);
    await rig.healthy();
    const [first, ...others] = rig.changes().map(({ subject, action }) => `${action} ${subject}`);
    expect(first).to.equal(`created Deployment/${namespace}/db`);
    expect(others).to.have.members([
      `created Deployment/${namespace}/web`,
      `created ConfigMap/${namespace}/web`,
    ]);
  });
});
