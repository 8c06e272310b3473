import type { RenderedStack } from '@codex-k8s/renderer';
import { expect } from 'chai';
import { refuseRender } from './admit.ts';
import type { EnvironmentSource, RenderTarget } from './environment.ts';

const source: EnvironmentSource = {
  repository: { id: 'r', provider: 'local', fullName: 'team/shop', url: '/shop.git' },
  stack: 'shop',
  servicesYamlPath: 'services.yaml',
  ref: 'refs/heads/main',
  vars: {},
  dirtyGeneration: 1,
  cleanGeneration: 0,
  correlationId: undefined,
  lastSeenSha: undefined,
  publishedSha: undefined,
  publishedContent: undefined,
  openRun: undefined,
};
const target: RenderTarget = {
  id: 'e',
  projectId: 'p',
  project: 'shop',
  name: 'dev',
  branch: 'env/dev',
  namespace: 'shop-dev',
  namespaces: ['shop-dev', 'shop-jobs'],
  protected: false,
  kind: 'standard',
  stateRepository: { id: 's', provider: 'local', fullName: 'team/state', url: '/state.git' },
  sources: [source],
};
const rendered = (change: {
  project?: string;
  stack?: string;
  namespace?: string;
  objectNamespace?: string | undefined;
}): RenderedStack => {
  const namespace = change.namespace ?? 'shop-dev';
  const objectNamespace = 'objectNamespace' in change ? change.objectNamespace : namespace;
  return {
    project: change.project ?? 'shop',
    stack: change.stack ?? 'shop',
    contentHash: 'c',
    inputHash: 'i',
    files: [],
    diagnostics: [],
    provenance: { renderer: '0', rendering: 1 },
    plan: {
      apiVersion: 'codex-k8s.dev/v1alpha1',
      kind: 'ExecutionPlan',
      project: 'shop',
      stack: 'shop',
      environment: 'dev',
      namespace,
      rendering: 1,
      applySet: 'a',
      phases: ['internal'],
      images: [],
      units: [
        {
          name: 'web',
          source: 'service',
          phase: 'internal',
          dependsOn: [],
          images: [],
          readiness: { timeoutSeconds: 60 },
          prune: 'afterHealthy',
          objects: [
            {
              file: 'manifests/web/x.yaml',
              apiVersion: 'v1',
              kind: 'Thing',
              name: 'web',
              ...(objectNamespace === undefined ? {} : { namespace: objectNamespace }),
            },
          ],
        },
      ],
    },
  };
};
const codeOf = (stack: RenderedStack, bound: RenderTarget = target): string | undefined =>
  refuseRender(bound, source, stack)?.code;

describe('the binding of an environment', () => {
  it('admits what stays inside it', () => {
    expect(codeOf(rendered({}))).to.equal(undefined);
    expect(codeOf(rendered({ objectNamespace: 'shop-jobs' }))).to.equal(undefined);
  });

  it('refuses a file that names another project or another stack', () => {
    expect(codeOf(rendered({ project: 'bank' }))).to.equal('CK-RUN-002');
    expect(codeOf(rendered({ stack: 'mail' }))).to.equal('CK-RUN-003');
  });

  it('refuses a binding by an alias: applied is what was rendered for this very name', () => {
    expect(codeOf(rendered({}), { ...target, name: 'development' })).to.equal('CK-RUN-006');
  });

  it('refuses a namespace that the environment has not claimed, and says which ones it has', () => {
    expect(codeOf(rendered({ namespace: 'kube-system' }))).to.equal('CK-RUN-004');
    const refusal = refuseRender(target, source, rendered({ objectNamespace: 'bank-prod' }));
    expect(refusal?.code).to.equal('CK-RUN-004');
    expect(refusal?.hint).to.contain('shop-dev, shop-jobs');
  });

  it('refuses a cluster-scoped object, whatever kind the file calls its environment', () => {
    const stack = rendered({ objectNamespace: undefined });
    expect(codeOf(stack)).to.equal('CK-RUN-005');
    expect(codeOf(stack, { ...target, kind: 'cluster' })).to.equal(undefined);
  });
});
