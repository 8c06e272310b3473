import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sharedControlPlane, temporaryDirectory } from '@codex-k8s/testing';
import { expect } from 'chai';
import { parse } from 'yaml';
import { connectApiServer } from './api-server.ts';

interface Kubeconfig {
  clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
  users: { user: { token: string } }[];
}

describe('the readiness of an API server', () => {
  it('is seen although its certificate was still being written at the first look', async () => {
    const { kubeconfigPath } = await sharedControlPlane();
    const config = parse(await readFile(kubeconfigPath, 'utf8')) as Kubeconfig;
    const cluster = config.clusters[0]?.cluster ?? expect.fail('the kubeconfig names no cluster');
    const authority = Buffer.from(cluster['certificate-authority-data'], 'base64').toString();
    await using directory = await temporaryDirectory('authority');
    const file = join(directory.path, 'apiserver.crt');
    const server = connectApiServer(cluster.server, file, config.users[0]?.user.token ?? '');
    try {
      for (const written of ['', authority.slice(0, authority.length / 2)]) {
        await writeFile(file, written);
        expect(await server.isReady(), `${written.length} bytes`).to.equal(false);
      }
      await writeFile(file, authority);
      expect(await server.isReady()).to.equal(true);
    } finally {
      await server.close();
    }
  });
});
