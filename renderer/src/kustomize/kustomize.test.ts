import { expect } from 'chai';
import { createServer } from 'node:http';
import type { ManifestPrograms } from '../manifests/index.ts';
import {
  findingsOf,
  installTimeoutMs,
  realPrograms,
  renderFine,
  stackText,
  textOf,
} from '../testing/index.ts';

const configMap =
  'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  title: Hello\n';
const head = 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n';
const base = {
  'deploy/base/kustomization.yaml': `${head}resources:\n  - config.yaml\n`,
  'deploy/base/config.yaml': configMap,
};
const services = {
  'services.yaml': stackText(
    '  environments:\n    dev:\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      kustomize: { path: "deploy/{{ .Env }}" }\n',
  ),
};
/** A stack of one overlay in `deploy/dev`; its own lines begin at line 3 of the kustomization. */
const stack = (lines: string, more: Record<string, string> = {}): Record<string, string> => ({
  ...services,
  ...base,
  'deploy/dev/kustomization.yaml': head + lines,
  ...more,
});
const plain = 'resources:\n  - ../base\n';
const file = 'deploy/dev/kustomization.yaml';

describe('a kustomization', function () {
  this.timeout(installTimeoutMs);
  let programs: ManifestPrograms;
  before(async () => {
    programs = await realPrograms();
  });
  const found = (files: Record<string, string>): Promise<string[]> =>
    findingsOf(files, {}, { programs });

  it('gives objects that go the way of every other manifest, without a trace of how', async () => {
    const files = stack(`${plain}namePrefix: my-\n`);
    const rendered = await renderFine(files, {}, { programs });
    expect(textOf(rendered, 'manifests/web/configmap-my-web.yaml')).to.equal(
      `apiVersion: v1\ndata:\n  title: Hello\nkind: ConfigMap\nmetadata:\n  name: my-web\n  namespace: shop-dev\n  labels:\n    codex-k8s.dev/project: shop\n    codex-k8s.dev/environment: dev\n    codex-k8s.dev/stack: shop\n    codex-k8s.dev/unit: web\n    applyset.kubernetes.io/part-of: ${rendered.plan.applySet}\n`,
    );
  });

  it('may use patches, components, generators and replacements that lie in the source', async () => {
    const lines = `${plain}components: [../component]\npatches:\n  - path: patch.yaml\npatchesStrategicMerge:\n  - |-\n    apiVersion: v1\n    kind: ConfigMap\n    metadata: { name: web }\n    data: { inline: "yes" }\nconfigMapGenerator:\n  - name: pages\n    files: [index.html=pages/index.html]\n    envs: [web.env]\ngeneratorOptions: { disableNameSuffixHash: true }\n`;
    const files = stack(lines, {
      'deploy/dev/patch.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: web }\ndata: { patched: "yes" }\n',
      'deploy/dev/pages/index.html': '<h1>Hello</h1>\n',
      'deploy/dev/web.env': 'COLOUR=red\n',
      'deploy/component/kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nlabels: [{ pairs: { tier: front } }]\n',
    });
    const rendered = await renderFine(files, {}, { programs });
    const web = textOf(rendered, 'manifests/web/configmap-web.yaml');
    expect(web)
      .to.contain('tier: front')
      .and.contain('patched: "yes"')
      .and.contain('inline: "yes"');
    const pages = textOf(rendered, 'manifests/web/configmap-pages.yaml');
    expect(pages).to.contain('<h1>Hello</h1>').and.contain('COLOUR: red');
  });

  it('is rendered anew when a base changes, and only then', async () => {
    const runs: string[] = [];
    const counting: ManifestPrograms = {
      versions: programs.versions,
      run(request) {
        runs.push(request.program);
        return programs.run(request);
      },
    };
    const { createMemoryReader } = await import('../readers/index.ts');
    const { createRenderer } = await import('../renderer.ts');
    const renderer = createRenderer({ programs: counting });
    const title = async (files: Record<string, string>): Promise<string> => {
      const reader = createMemoryReader(files);
      const result = await renderer.render({ reader, file: 'services.yaml', environment: 'dev' });
      if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
      return textOf(result.rendered, 'manifests/web/configmap-web.yaml').split('\n')[2] ?? '';
    };
    const changed = { 'deploy/base/config.yaml': configMap.replace('Hello', 'Goodbye') };
    expect(await title(stack(plain))).to.equal('  title: Hello');
    expect(await title(stack(plain, { 'README.md': 'x' }))).to.equal('  title: Hello');
    expect(runs).to.have.length(1);
    expect(await title(stack(plain, changed))).to.equal('  title: Goodbye');
    expect(runs).to.have.length(2);
  });

  describe('is pointed at', () => {
    it('where an object breaks a rule, in the file that it comes from', async () => {
      const files = stack(plain, {
        'deploy/base/config.yaml': `${configMap}  colour: red\n`.replace(
          '  name: web\n',
          '  name: web\n  namespace: kube-system\n',
        ),
      });
      expect(await found(files)).to.deep.equal([
        'deploy/base/config.yaml:5:14 CK-R-076 ConfigMap web names the namespace kube-system; the environment has shop-dev',
      ]);
    });

    it('where anything would be fetched, before anything runs', async () => {
      const requests: string[] = [];
      const server = createServer((request, response) => {
        requests.push(request.url ?? '');
        response.end(configMap);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/config.yaml`;
      try {
        for (const lines of [
          `resources:\n  - ${url}\n`,
          `resources:\n  - github.com/kubernetes-sigs/kustomize//examples/helloWorld?ref=v1.0.6\n`,
          `resources:\n  - git@github.com:owner/repository.git\n`,
          `components:\n  - https://example.com/owner/repository?ref=main\n`,
          `patchesStrategicMerge:\n  - ${url}\n`,
          `crds:\n  - ${url}\n`,
        ])
          expect((await found(stack(lines))).join(), lines).to.match(
            /^deploy\/dev\/kustomization\.yaml:4:5 CK-R-124 \S+ would be fetched$/,
          );
        const nested = `configMapGenerator:\n  - name: x\n    files: ["a=${url}"]\npatches:\n  - path: ${url}\nreplacements:\n  - Path: ${url}\nopenapi:\n  path: ${url}\n`;
        expect(await found(stack(nested))).to.deep.equal(
          ['5:13', '7:11', '9:11', '11:9'].map(
            (place) => `${file}:${place} CK-R-124 ${url} would be fetched`,
          ),
        );
        expect(requests).to.deep.equal([]);
      } finally {
        server.close();
      }
    });

    it('where it runs other programs, or says what nobody has looked at', async () => {
      const lines = `${plain}helmCharts: []\ntransformers: []\nnameprefix: x\n`;
      expect(await found(stack(lines))).to.deep.equal([
        `${file}:5:1 CK-R-128 helmCharts is not run here`,
        `${file}:6:1 CK-R-128 transformers is not run here`,
        `${file}:7:1 CK-R-128 a kustomization has no field nameprefix`,
      ]);
    });

    it('where a path leads nowhere, or outside', async () => {
      expect(await found(stack('resources:\n  - ../nope\n  - ../../../x\n'))).to.deep.equal([
        `${file}:4:5 CK-R-001 there is neither a file nor a directory deploy/nope`,
        `${file}:5:5 CK-R-010 ../../../x leads outside of the source`,
      ]);
      const { 'deploy/dev/kustomization.yaml': _, ...none } = stack(plain);
      expect(await found(none)).to.deep.equal([
        'services.yaml:11:26 CK-R-128 deploy/dev is no kustomization: it has no kustomization.yaml',
      ]);
    });

    it('where kustomize itself does not like it, in the directory that is to blame', async () => {
      const broken = `patches:\n  - patch: '[{ "op": "replace", "path": "/data/x/y", "value": "z" }]'\n    target: { kind: ConfigMap }\n`;
      const message =
        'CK-R-123 replace operation does not apply: doc is missing path: /data/x/y: missing value';
      expect(await found(stack(plain + broken))).to.deep.equal([`${file}:1:1 ${message}`]);
      const inBase = {
        'deploy/base/kustomization.yaml': `${head}resources: [config.yaml]\n${broken}`,
      };
      expect(await found(stack(plain, inBase))).to.deep.equal([
        `deploy/base/kustomization.yaml:1:1 ${message}`,
      ]);
    });
  });

  it('needs programs: without them it says what to install', async () => {
    expect(await findingsOf(stack(plain))).to.deep.equal([
      'services.yaml:11:26 CK-R-120 the kustomization deploy/dev needs kustomize, and nothing runs programs here',
    ]);
  });
});
