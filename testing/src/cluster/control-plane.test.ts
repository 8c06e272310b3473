import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { sharedControlPlane } from './control-plane.ts';

describe('the shared control plane', () => {
  it('is one for the whole process, with a kubeconfig that leads to it', async () => {
    const plane = await sharedControlPlane();
    expect(await sharedControlPlane()).to.equal(plane);
    expect(await readFile(plane.kubeconfigPath, 'utf8')).to.contain(`server: ${plane.server}`);
  });
});
