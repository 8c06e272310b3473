import { expect } from 'chai';
import { parse } from 'yaml';
import { findingsOf, renderFine, stackText, textOf, type TextInputs } from '../testing/index.ts';

const partOf = 'app.kubernetes.io/part-of';
const own = `${partOf}: codex-k8s`;

/** A stack whose file says something about the label wherever it can. */
const files = (project: string) => ({
  'services.yaml': stackText(
    `  environments:
    dev: { labels: { ${partOf}: "{{ .Project }}" } }
    staging: { aliases: [ai-staging] }
    production: { namespaceTemplate: "{{ .Project }}-production" }
    ai: { from: dev, namespaceTemplate: "{{ .Project }}-{{ .Slot }}" }
  namespaceOverrides: { codex-k8s-production: codex-k8s-prod }
  infrastructure: [{ name: base, manifests: [{ path: "objects.yaml" }] }]
  images: { web: { from: "web:1" } }
  services:
    - { name: web, codeUpdateStrategy: rebuild, workload: { image: web } }
`,
    project,
  ),
  'objects.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: { name: a, labels: { ${own} } }
spec:
  selector: { matchLabels: { app: a, ${own} } }
  template:
    metadata: { labels: { app: a, ${own} } }
    spec: { containers: [{ name: a, image: "a:1" }] }
---
apiVersion: v1
kind: Service
metadata: { name: a }
spec: { selector: { app: a, ${own} }, ports: [{ port: 80 }] }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: c, labels: { ${partOf}: other } }
`,
});

async function labelsOf(
  project: string,
  inputs: TextInputs,
): Promise<{ labels: Set<string | undefined>; texts: string }> {
  const rendered = await renderFine(files(project), inputs);
  const objects = rendered.files.filter(({ path }) => path.startsWith('manifests/'));
  const texts = objects.map(({ path }) => textOf(rendered, path));
  const labels = new Set(texts.map((text) => parse(text).metadata.labels[partOf]));
  return { labels, texts: texts.join('---\n') };
}

describe('the label of the platform', () => {
  it('stands on all of its objects in staging and production, whatever the file says', async () => {
    for (const environment of ['staging', 'ai-staging', 'production'])
      expect([...(await labelsOf('codex-k8s', { environment })).labels]).to.deep.equal([
        'codex-k8s',
      ]);
  });

  it('stands nowhere in a slot: not on objects, not on pods, not in what selects them', async () => {
    const { labels, texts } = await labelsOf('codex-k8s', { environment: 'ai', slot: 2 });
    expect([...labels]).to.deep.equal([undefined]);
    expect(texts).not.to.include(partOf);
    const deployment = texts.split('---\n').find((text) => text.includes('kind: Deployment'));
    expect(parse(deployment ?? '').spec.selector.matchLabels).to.deep.equal({ app: 'a' });
  });

  it('is left to the file in other projects', async () => {
    const { labels } = await labelsOf('shop', { environment: 'staging' });
    expect([...labels]).to.have.members(['codex-k8s', undefined, 'other']);
    expect((await labelsOf('shop', { environment: 'ai', slot: 1 })).labels).to.deep.equal(
      new Set(['shop']),
    );
  });
});

describe('the marker of a copy', () => {
  const stack = (marker: string) => ({
    'services.yaml': stackText(
      `  environments: { ai: { namespaceTemplate: "{{ .Project }}-{{ .Slot }}" } }
  vars: { n: { default: "x" } }
  instanceScope: { marker: '${marker}' }
  infrastructure: [{ name: base, manifests: [{ path: c.yaml.tpl }] }]
`,
    ),
    'c.yaml.tpl':
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\ndata: { instance: "{{ .Instance }}" }\n',
  });

  it('is a label of every object and .Instance in templates', async () => {
    const rendered = await renderFine(stack('{{ .Project }}.{{ .Slot }}'), {
      environment: 'ai',
      slot: 2,
    });
    const object = parse(textOf(rendered, 'manifests/base/configmap-c.yaml'));
    expect(object.metadata.labels['codex-k8s.dev/instance']).to.equal('shop.2');
    expect(object.data).to.deep.equal({ instance: 'shop.2' });
  });

  it('may tell slots apart by a variable, and is refused when it does not', async () => {
    const inputs = (n: string) => ({ environment: 'ai', slot: 2, vars: { n } });
    expect(await findingsOf(stack('{{ .Vars.n }}'), inputs('copy-2'))).to.deep.equal([]);
    expect((await findingsOf(stack('{{ .Vars.n }}'), inputs('copy-20'))).join()).to.include(
      'CK-R-078',
    );
  });
});

describe('a slot', () => {
  const inCluster = (manifest: string, more = '') => ({
    'services.yaml': stackText(
      `  environments: { ai: { kind: cluster, namespaceTemplate: "x-{{ .Slot }}" } }\n  infrastructure:\n    - { name: base, ${more}manifests: [{ path: m.yaml }] }\n`,
    ),
    'm.yaml': manifest,
  });
  const role =
    'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: a }\n';
  const elsewhere = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c, namespace: other }\n';

  it('keeps to its namespace even in an environment of kind cluster', async () => {
    const found = async (manifest: string, more = '') =>
      (await findingsOf(inCluster(manifest, more), { environment: 'ai', slot: 1 })).join('\n');
    expect(await found(role))
      .to.include('CK-R-075')
      .and.include('a slot has nothing but');
    expect(await found(elsewhere)).to.include('CK-R-076');
    expect(await found(elsewhere, 'scope: infrastructure-singleton, ')).to.include('CK-R-077');
  });
});

describe('names of environments', () => {
  it('may be aliases: the same bytes, the own name in the plan, the same input hash', async () => {
    const byName = await renderFine(files('codex-k8s'), { environment: 'staging' });
    const byAlias = await renderFine(files('codex-k8s'), { environment: 'ai-staging' });
    expect(byAlias.contentHash).to.equal(byName.contentHash);
    expect(byAlias.inputHash).to.equal(byName.inputHash);
    expect(byAlias.plan.environment).to.equal('staging');
  });

  it('are not inherited as aliases', async () => {
    const text = stackText(
      '  environments: { a: { aliases: [x] }, b: { from: a } }\n  versions: { e: "{{ .Env }}" }\n',
    );
    const { plan } = await renderFine({ 'services.yaml': text }, { environment: 'x' });
    expect(plan.environment).to.equal('a');
  });
});
