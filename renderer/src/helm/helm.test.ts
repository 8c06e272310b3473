import { expect } from 'chai';
import type { ManifestPrograms } from '../manifests/index.ts';
import {
  findingsOf,
  realPrograms,
  installTimeoutMs,
  renderFine,
  stackText,
  textOf,
} from '../testing/index.ts';

const schema = JSON.stringify(
  {
    type: 'object',
    additionalProperties: false,
    properties: {
      title: { type: 'string', minLength: 1 },
      replicas: { type: 'integer' },
      image: { type: 'object', properties: { tag: { type: 'string', pattern: '^v' } } },
      counter: { type: 'object' },
    },
  },
  undefined,
  2,
);
const configMap =
  'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  title: {{ .Values.title | quote }}\n';
const chart = {
  'charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.1.0\n',
  'charts/web/values.yaml': 'title: Hello\n',
  'charts/web/values.schema.json': schema,
  'charts/web/templates/config.yaml': configMap,
};

/** A stack of one chart: the lines below `helm:` begin at line 12 of services.yaml. */
const stack = (lines: string, more: Record<string, string> = {}): Record<string, string> => ({
  ...chart,
  'services.yaml': stackText(
    `  environments:\n    dev:\n  services:\n    - name: web\n      codeUpdateStrategy: rebuild\n      helm:\n${lines}`,
  ),
  ...more,
});
const plain = '        chart: charts/web\n';

describe('a chart', function () {
  this.timeout(installTimeoutMs);
  let programs: ManifestPrograms;
  before(async () => {
    programs = await realPrograms();
  });
  const found = (files: Record<string, string>): Promise<string[]> =>
    findingsOf(files, {}, { programs });
  const rendered = async (files: Record<string, string>, path: string, inputs = {}) =>
    textOf(await renderFine(files, inputs, { programs }), path);

  it('gives objects that go the way of every other manifest', async () => {
    const files = stack(plain);
    const text = await rendered(files, 'manifests/web/configmap-web.yaml');
    expect(text).to.contain('namespace: shop-dev').and.contain('codex-k8s.dev/unit: web');
    expect(text).to.contain('data:\n  title: Hello\n');
  });

  it('takes values files in their order, and the values of the unit above them', async () => {
    const values = `${plain}        releaseName: site\n        valuesFiles: [a.yaml, b.yaml]\n        values: { title: "{{ .Env }}" }\n`;
    const files = stack(values, { 'a.yaml': 'title: a\n', 'b.yaml': 'title: b\nreplicas: 2\n' });
    const path = 'manifests/web/configmap-site.yaml';
    expect(await rendered(files, path)).to.contain('title: dev\n');
    const without = stack(values.replace(/ {8}values: .*\n/, ''), {
      'a.yaml': 'title: a\n',
      'b.yaml': 'title: b\n',
    });
    expect(await rendered(without, path)).to.contain('title: b\n');
  });

  it('knows the declared facts of the cluster, and no other', async () => {
    const facts =
      '  kubernetes: {{ .Capabilities.KubeVersion.Version }}\n  monitors: {{ .Capabilities.APIVersions.Has "monitoring.coreos.com/v1" | quote }}\n  found: {{ lookup "v1" "Namespace" "" "default" | quote }}\n  address: {{ getHostByName "localhost" | quote }}\n';
    const files = stack(`${plain}        apiVersions: [monitoring.coreos.com/v1]\n`, {
      'charts/web/templates/config.yaml': `${configMap}${facts}`,
    });
    const cluster = { kubernetesVersion: '1.35' };
    const text = await rendered(files, 'manifests/web/configmap-web.yaml', { cluster });
    expect(text).to.contain('kubernetes: v1.35.0\n').and.contain('monitors: "true"\n');
    const declared = {
      ...files,
      'services.yaml': `${files['services.yaml']}  kubernetes: { version: "1.34.2" }\n`,
    };
    const own = await rendered(declared, 'manifests/web/configmap-web.yaml');
    expect(own).to.contain('kubernetes: v1.34.2\n');
    expect(text).to.contain('found: "map[]"\n').and.contain('address: ""\n');
  });

  it('brings its definitions, unless told otherwise', async () => {
    const definition =
      'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: sites.example.com\nspec:\n  group: example.com\n  scope: Namespaced\n  names: { kind: Site, plural: sites }\n  versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } }]\n';
    const crds = { 'charts/web/crds/sites.yaml': definition };
    expect(await found(stack(plain, crds))).to.deep.equal([
      'charts/web/crds/sites.yaml:1:1 CK-R-075 CustomResourceDefinition sites.example.com is cluster-scoped, and dev is no cluster environment',
    ]);
    expect(await found(stack(`${plain}        crds: skip\n`, crds))).to.deep.equal([]);
  });

  it('may use the octal numbers of YAML 1.1', async () => {
    const job =
      'apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: web\n  annotations: { mode: "0644" }\nspec:\n  template:\n    spec:\n      restartPolicy: Never\n      containers: [{ name: web, image: "web:1" }]\n      volumes: [{ name: web, configMap: { name: web, defaultMode: 0644 } }]\n';
    const files = stack(plain, { 'charts/web/templates/job.yaml': job });
    const text = await rendered(files, 'manifests/web/job-web.yaml');
    expect(text).to.contain('defaultMode: 420\n').and.contain('mode: "0644"\n');
  });

  it('runs no test hooks, and no other hooks unseen', async () => {
    const hook = (event: string) => ({
      'charts/web/templates/job.yaml': `{{- /* runs early */ -}}\napiVersion: batch/v1\nkind: Job\nmetadata:\n  name: prepare\n  annotations:\n    "helm.sh/hook": ${event}\n`,
    });
    expect(await found(stack(plain, hook('test')))).to.deep.equal([]);
    expect(await found(stack(plain, hook('pre-install,pre-upgrade')))).to.deep.equal([
      'charts/web/templates/job.yaml:7:21 CK-R-127 Job prepare is a hook of the chart (pre-install, pre-upgrade)',
    ]);
    const skipping = stack(`${plain}        hooks: skip\n`, hook('pre-install'));
    const { plan } = await renderFine(skipping, {}, { programs });
    expect(plan.units[0]?.objects.map(({ kind }) => kind)).to.deep.equal(['ConfigMap']);
  });

  describe('is pointed at', () => {
    it('where a value breaks the schema: in services.yaml, in a values file, in the chart', async () => {
      const values =
        '        valuesFiles: [web.yaml]\n        values:\n          replicas: many\n          titel: x\n';
      const files = stack(plain + values, {
        'web.yaml': 'image:\n  tag: "1"\n',
        'charts/web/values.yaml': 'title: ""\n',
      });
      expect(await found(files)).to.deep.equal([
        'charts/web/values.yaml:1:8 CK-R-122 web.title: minLength: got 0, want 1',
        'services.yaml:15:21 CK-R-122 web.replicas: got string, want integer',
        'services.yaml:16:11 CK-R-122 web: the chart knows no value titel',
        "web.yaml:2:8 CK-R-122 web.image.tag: '1' does not match pattern '^v'",
      ]);
    });

    it('where a chart that it depends on does not like a value', async () => {
      const files = stack(`${plain}        values: { counter: { size: big } }\n`, {
        'charts/web/Chart.yaml': `${chart['charts/web/Chart.yaml']}dependencies: [{ name: counter, version: 0.1.0 }]\n`,
        'charts/web/charts/counter/Chart.yaml': 'apiVersion: v2\nname: counter\nversion: 0.1.0\n',
        'charts/web/charts/counter/values.schema.json':
          '{ "properties": { "size": { "type": "integer" } } }',
      });
      expect(await found(files)).to.deep.equal([
        'services.yaml:13:36 CK-R-122 counter.size: got string, want integer',
      ]);
    });

    it('where no schema says what values may be', async () => {
      const { 'charts/web/values.schema.json': _, ...others } = stack(
        `${plain}        values: { title: x }\n`,
      );
      expect(await found(others)).to.deep.equal([
        'services.yaml:13:17 CK-R-121 there is no charts/web/values.schema.json: nothing says what these values may be',
      ]);
    });

    it('where its schema says nothing about a value', async () => {
      const values =
        '        values:\n          title: x\n          titel: y\n          store: { size: 1 }\n          db: {}\n';
      const open = {
        'charts/web/Chart.yaml': `${chart['charts/web/Chart.yaml']}dependencies: [{ name: counter, alias: store, version: 0.1.0 }]\n`,
        'charts/web/charts/counter/Chart.yaml': 'apiVersion: v2\nname: counter\nversion: 0.1.0\n',
        'charts/web/charts/counter/values.schema.json': '{}',
        'charts/web/values.schema.json': '{ "properties": { "title": { "type": "string" } } }',
      };
      expect(await found(stack(plain + values, open))).to.deep.equal([
        'services.yaml:15:11 CK-R-121 charts/web/values.schema.json does not say what titel may be',
        'services.yaml:17:11 CK-R-121 charts/web/values.schema.json does not say what db may be',
      ]);
    });

    it('where a template fails', async () => {
      const files = stack(plain, {
        'charts/web/templates/config.yaml': `${configMap}  x: {{ .Values.nothing.there }}\n`,
      });
      expect(await found(files)).to.deep.equal([
        'charts/web/templates/config.yaml:7:16 CK-R-123 template: web/templates/config.yaml:7:15: executing "web/templates/config.yaml" at <.Values.nothing.there>: nil pointer evaluating interface {}.there',
      ]);
    });

    it('where its own description or values cannot be read', async () => {
      const broken = { 'charts/web/Chart.yaml': `${chart['charts/web/Chart.yaml']}a: [\n` };
      expect((await found(stack(plain, broken))).join()).to.match(
        /^charts\/web\/Chart\.yaml:\d:1 CK-R-123 cannot load Chart\.yaml: /,
      );
      const list = { 'charts/web/values.yaml': '- title\n' };
      expect((await found(stack(plain, list))).join()).to.match(
        /^charts\/web\/values\.yaml:1:1 CK-R-123 cannot load values\.yaml: /,
      );
    });

    it('where an object is not what it was the last time: random numbers, and the clock', async () => {
      const random = {
        'charts/web/templates/config.yaml': `${configMap}  password: {{ randAlphaNum 16 }}\n`,
      };
      expect(await found(stack(plain, random))).to.deep.equal([
        'charts/web/templates/config.yaml:7:13 CK-R-125 ConfigMap web is different each time the chart charts/web is rendered (data.password)',
      ]);
      for (const clock of [
        'now | unixEpoch | quote',
        'now | date "2006-01-02"',
        'now | date "Monday"',
      ]) {
        const files = { 'charts/web/templates/config.yaml': `${configMap}  at: {{ ${clock} }}\n` };
        expect((await found(stack(plain, files))).join()).to.contain('CK-R-125 ConfigMap web');
      }
    });

    it('where it would be fetched, or is not there', async () => {
      for (const remote of ['https://example.com/web.tgz', 'oci://example.com/web'])
        expect(await found(stack(`        chart: ${remote}\n`))).to.deep.equal([
          `services.yaml:12:16 CK-R-124 ${remote} would be fetched: a chart lies in the repository`,
        ]);
      expect(await found(stack('        chart: bitnami/nginx\n'))).to.deep.equal([
        'services.yaml:12:16 CK-R-128 bitnami/nginx is no chart: there is no bitnami/nginx/Chart.yaml',
      ]);
      expect(await found(stack('        chart: ../web\n'))).to.deep.equal([
        'services.yaml:12:16 CK-R-010 ../web leads outside of the source',
      ]);
    });

    it('where its schema leads elsewhere, before anything runs', async () => {
      for (const reference of ['http://127.0.0.1:1/x', 'file:///etc/passwd', 'other.json'])
        expect(
          await found(
            stack(plain, { 'charts/web/values.schema.json': `{\n  "$ref": "${reference}"\n}\n` }),
          ),
        ).to.deep.equal([
          `charts/web/values.schema.json:2:12 CK-R-124 the schema refers to ${reference}, which lies outside of it`,
        ]);
      // However it is spelt, and in charts that it depends on.
      const spelt = {
        'charts/web/charts/db/values.schema.json': '{ "\\u0024ref": "http:\\/\\/127.0.0.1:1/x" }',
      };
      expect(await found(stack(plain, spelt))).to.deep.equal([
        'charts/web/charts/db/values.schema.json:1:1 CK-R-124 the schema refers to http://127.0.0.1:1/x, which lies outside of it',
      ]);
      expect(await found(stack(plain, { 'charts/web/values.schema.json': '{' }))).to.deep.equal([
        'charts/web/values.schema.json:1:1 CK-R-128 charts/web/values.schema.json is not valid JSON',
      ]);
    });

    it('where a chart that it depends on is packed, or missing', async () => {
      const packed = { 'charts/web/charts/db-1.0.0.tgz': 'x' };
      expect(await found(stack(plain, packed))).to.deep.equal([
        'services.yaml:12:16 CK-R-128 charts/web/charts/db-1.0.0.tgz is packed: what is rendered must be readable in a review',
      ]);
      const missing = {
        'charts/web/Chart.yaml': `${chart['charts/web/Chart.yaml']}dependencies: [{ name: db, version: 1.0.0, repository: "https://example.com" }]\n`,
      };
      expect((await found(stack(plain, missing))).join()).to.match(
        /^charts\/web\/Chart.yaml:1:1 CK-R-123 .*missing in charts\/ directory: db$/,
      );
    });

    it('where it takes too long, prints too much, or eats the memory', async () => {
      const limited = await realPrograms({
        timeMs: 2_000,
        outputBytes: 100_000,
        memoryBytes: 300 << 20,
      });
      const expectStopped = async (template: string, reason: string): Promise<void> => {
        const files = stack(plain, { 'charts/web/templates/config.yaml': template });
        const began = performance.now();
        expect(await findingsOf(files, {}, { programs: limited })).to.deep.equal([
          `services.yaml:12:16 CK-R-126 the chart charts/web was stopped: ${reason}`,
        ]);
        expect(performance.now() - began).to.be.lessThan(10_000);
      };
      const nested = '{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}';
      await expectStopped(nested, 'it takes more than 2 s');
      await expectStopped(
        `${configMap}  x: {{ repeat 200000 "x" }}\n`,
        'it prints more than 0 MiB',
      );
      await expectStopped('{{ until 2000000000 | len }}', 'it holds more than 300 MiB of memory');
    });
  });

  it('needs programs: without them it says what to install', async () => {
    expect(await findingsOf(stack(plain))).to.deep.equal([
      'services.yaml:12:16 CK-R-120 the chart charts/web needs helm, and nothing runs programs here',
    ]);
  });
});
