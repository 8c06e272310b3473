import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { failureOf, temporaryDirectory, type TemporaryDirectory } from '@codex-k8s/testing';
import { expect } from 'chai';
import { parse } from 'yaml';
import { attachCluster } from './attach.ts';
import { renderKubeconfig } from './render.ts';

const two = `
apiVersion: v1
kind: Config
current-context: production
clusters:
  - { name: a, cluster: { server: 'https://a.test' } }
  - { name: b, cluster: { server: 'https://b.test' } }
contexts:
  - { name: production, context: { cluster: a, user: u } }
  - { name: staging, context: { cluster: b, user: u } }
`;

describe('a cluster named on purpose', () => {
  let directory: TemporaryDirectory;
  let path: string;
  beforeEach(async () => {
    directory = await temporaryDirectory('kubeconfig');
    path = join(directory.path, 'config');
    writeFileSync(path, two);
  });
  afterEach(() => directory.remove());

  it('is the context that was asked for', async () => {
    expect(await attachCluster({ kubeconfig: path, context: 'staging' })).to.deep.equal({
      kubeconfigPath: path,
      context: 'staging',
      server: 'https://b.test',
      simulated: false,
    });
  });

  it('is never the current context by itself', async () => {
    const error = await failureOf(attachCluster({ kubeconfig: path }));
    expect(error).to.have.nested.property('data.code', 'CK-KUBECONFIG-003');
    expect(error).to.have.nested.property(
      'data.hint',
      'give --context with one of: production, staging',
    );
    expect(await failureOf(attachCluster({}))).to.have.nested.property(
      'data.code',
      'CK-KUBECONFIG-003',
    );
  });

  it('may go without a name where the file has but one', async () => {
    writeFileSync(
      path,
      renderKubeconfig({
        name: 'only',
        server: 'https://only.test',
        authority: Buffer.from('pem'),
        token: 't',
      }),
    );
    expect(await attachCluster({ kubeconfig: path })).to.include({
      context: 'only',
      server: 'https://only.test',
    });
  });

  it('that does not exist is an error which lists those that do', async () => {
    const error = await failureOf(attachCluster({ kubeconfig: path, context: 'stagging' }));
    expect(error.message).to.equal(`${path} has no context stagging`);
    expect(error).to.have.nested.property('data.hint', 'it has: production, staging');
  });

  it('in a file that is none is an error that names the file', async () => {
    for (const content of ['- a\n- b\n', ': : :\n\t', 'just text']) {
      writeFileSync(path, content);
      const error = await failureOf(attachCluster({ kubeconfig: path, context: 'x' }));
      expect(error, content).to.have.nested.property('data.where.kubeconfig', path);
    }
    expect(
      await failureOf(attachCluster({ kubeconfig: join(directory.path, 'none') })),
    ).to.have.nested.property('data.code', 'CK-KUBECONFIG-001');
  });
});

describe('a rendered kubeconfig', () => {
  it('is self-contained', () => {
    const config: unknown = parse(
      renderKubeconfig({
        name: 'local',
        server: 'https://127.0.0.1:1',
        authority: Buffer.from('pem'),
        token: 'secret',
      }),
    );
    expect(config).to.deep.equal({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: 'local',
          cluster: { server: 'https://127.0.0.1:1', 'certificate-authority-data': 'cGVt' },
        },
      ],
      users: [{ name: 'local', user: { token: 'secret' } }],
      contexts: [{ name: 'local', context: { cluster: 'local', user: 'local' } }],
      'current-context': 'local',
    });
  });
});
