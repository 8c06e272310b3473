import { reportSchemas, type Explanation, type Origin } from '@codex-k8s/schema';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createFilesystemReader, createMemoryReader } from '../readers/index.ts';
import { createRenderer } from '../renderer.ts';
import type { TextInputs } from '../testing/index.ts';
import { installTimeoutMs, realPrograms, stackText } from '../testing/index.ts';

const texts = {
  'services.yaml': stackText(`  imports: [base.yaml]
  vars:
    replicas: { type: integer, default: 1 }
    host: { default: example.com }
    token: { default: s3cr3t }
    left: { default: same }
    right: { default: same }
  environments:
    dev:
    prod:
      from: dev
      labels: { tier: gold }
      vars: { replicas: 4 }
  images:
    web: { from: "nginx:1.29" }
    other: { from: "nginx:1.28" }
  components:
    - name: small
      serviceDefaults: { codeUpdateStrategy: restart, workload: { image: other, replicas: 2 } }
    - name: web
      serviceDefaults: { codeUpdateStrategy: rebuild, workload: { image: web, env: { A: from-component } } }
  services:
    - name: web
      use: [web, small]
      workload:
        replicas: "{{ .Vars.replicas }}"
        args: [--host, "{{ .Vars.host }}:{{ envOr \\"replicas\\" 7 }}"]
        env: { B: own, EQUAL: "{{ eq .Vars.left .Vars.right }}" }
        ports: [{ port: 80 }]
    - name: disk
      codeUpdateStrategy: rebuild
      workload: { image: web, replicas: 1, volumes: [{ name: data, mountPath: /data, size: 1Gi }] }
    - name: files
      codeUpdateStrategy: rebuild
      manifests: [{ path: plain.yaml }, { path: made.yaml.tpl }, { path: secret.yaml.tpl }]
`),
  'base.yaml': `spec:
  vars: { host: { default: base.example.com } }
  services:
    - name: web
      description: imported
      workload: { terminationGracePeriodSeconds: 5, env: { B: imported } }
`,
  'images.lock': `apiVersion: codex-k8s.dev/v1alpha1
kind: ImagesLock
images:
  docker.io/library/nginx:1.28: "sha256:${'1'.repeat(64)}"
  docker.io/library/nginx:1.29: "sha256:${'2'.repeat(64)}"
`,
  'plain.yaml': `apiVersion: v1
kind: ConfigMap
metadata:
  name: plain
data:
  key: written
`,
  'secret.yaml.tpl': `apiVersion: v1
kind: Secret
metadata:
  name: token
stringData:
  token: {{ .Vars.token }}
`,
  'made.yaml.tpl': `apiVersion: v1
kind: ConfigMap
metadata:
  name: made
data:
  host: {{ .Vars.host | quote }}
`,
};

const isExplanation = new Ajv2020({ strict: true }).compile(reportSchemas.explanation);

async function ask(object: string, field: string, inputs: TextInputs = {}) {
  return createRenderer().explain(
    { reader: createMemoryReader(texts), file: 'services.yaml', environment: 'prod', ...inputs },
    { object, field },
  );
}

async function explain(
  object: string,
  field: string,
  inputs: TextInputs = {},
): Promise<Explanation> {
  const result = await ask(object, field, inputs);
  if (!result.ok) throw new Error(result.message ?? JSON.stringify(result.diagnostics));
  expect(isExplanation(result.explanation), JSON.stringify(isExplanation.errors)).to.equal(true);
  return result.explanation;
}

function textOfValue({ value }: Pick<Origin, 'value'>): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function placeOf({ file, line, column, input }: Partial<Origin>): string {
  return input ?? `${file}:${line}:${column}`;
}

/** `place value` of each origin, with what it replaced. */
async function originsOf(
  object: string,
  field: string,
  inputs: TextInputs = {},
): Promise<string[]> {
  const { origins } = await explain(object, field, inputs);
  return origins.map((origin) => {
    const over = (origin.replaced ?? []).map(
      (loser) => ` over ${placeOf(loser)} ${textOfValue(loser)}`,
    );
    return `${origin.kind} ${placeOf(origin)} ${textOfValue(origin)}${over.join('')}`;
  });
}

/** Paths of everything in a value that is neither a map nor a list. */
function leavesOf(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, inner]) =>
    leavesOf(inner, Array.isArray(value) ? `${path}[${key}]` : `${path}["${key}"]`),
  );
}

describe('the explanation of a field', () => {
  it('leads through a template to the variable and what it took the place of', async () => {
    const { value, origins } = await explain('Deployment/web', 'spec.replicas');
    expect(value).to.equal(4);
    expect(origins[0]?.reads).to.deep.equal([{ name: '.Vars.replicas', value: 4 }]);
    expect(await originsOf('Deployment/web', 'spec.replicas')).to.deep.equal([
      'value services.yaml:31:19 {{ .Vars.replicas }} over services.yaml:24:91 2',
      'value services.yaml:18:25 4 over services.yaml:8:41 1',
    ]);
  });

  it('names an input of the caller, and what it wins over', async () => {
    expect(
      await originsOf('Deployment/web', 'spec.replicas', { vars: { replicas: '9' } }),
    ).to.deep.equal([
      'value services.yaml:31:19 {{ .Vars.replicas }} over services.yaml:24:91 2',
      '--var replicas 9 over services.yaml:18:25 4 over services.yaml:8:41 1'.replace(
        /^/,
        'input ',
      ),
    ]);
  });

  it('leads to the image through the component that names it, over one used after it', async () => {
    expect(
      await originsOf('Deployment/web', 'spec.template.spec.containers[web].image'),
    ).to.deep.equal([
      'value services.yaml:26:74 web over services.yaml:24:74 other',
      'value services.yaml:20:18 nginx:1.29',
      `value images.lock:5:33 sha256:${'2'.repeat(64)}`,
    ]);
  });

  it('leads into an import, and over one', async () => {
    const path = 'spec.template.spec';
    expect(await originsOf('deploy/web', `${path}.terminationGracePeriodSeconds`)).to.deep.equal([
      'value base.yaml:6:50 5',
    ]);
    expect(await originsOf('deploy/web', `${path}.containers[0].env[B].value`)).to.deep.equal([
      'value services.yaml:33:19 own over base.yaml:6:63 imported',
    ]);
  });

  it('finds a value that cannot be changed in every way', async () => {
    // A Deployment with a disk has one replica, not two.
    expect(await originsOf('deploy/disk', 'spec.replicas')).to.deep.equal([
      'value services.yaml:37:41 1',
    ]);
  });

  it('finds both of two values that are compared with each other', async () => {
    const { origins } = await explain(
      'deploy/web',
      'spec.template.spec.containers[web].env[EQUAL].value',
    );
    expect(origins.map(({ path }) => path)).to.deep.equal([
      'spec.services[0].workload.env.EQUAL',
      'spec.vars.left.default',
      'spec.vars.right.default',
    ]);
  });

  it('tells every read of a template, and only those', async () => {
    const { origins } = await explain('deploy/web', 'spec.template.spec.containers[web].args[1]');
    expect(origins[0]?.reads).to.deep.equal([
      { name: '.Vars.host', value: 'example.com' },
      { name: '.Vars.replicas', value: 4 },
    ]);
  });

  it('tells labels of the environment and of the platform apart', async () => {
    expect(await originsOf('svc/web', 'metadata.labels.tier')).to.deep.equal([
      'value services.yaml:17:23 gold',
    ]);
    expect(
      await originsOf('svc/web', 'metadata.labels["codex-k8s.dev/environment"]'),
    ).to.deep.equal(['input environment prod']);
    expect(await originsOf('svc/web', 'metadata.namespace')).to.deep.equal([
      'value services.yaml:4:9 shop',
      'input environment prod',
    ]);
  });

  it('names what a default of the renderer stands in for', async () => {
    const { origins, settings } = await explain('svc/web', 'spec.ports[0].protocol');
    expect(origins).to.deep.equal([]);
    expect(settings.map(({ path, default: value }) => [path, value])).to.deep.equal([
      ['spec.services[0].workload.ports[0].protocol', 'TCP'],
    ]);
  });

  it('names what a field is there for', async () => {
    const { origins } = await explain('deploy/disk', 'spec.strategy.type');
    expect(origins.map(({ kind, path }) => [kind, path])).to.deep.equal([
      ['presence', 'spec.services[1].workload.volumes[0]'],
    ]);
  });

  it('says so when nothing that is written makes the value', async () => {
    const { value, origins, settings } = await explain(
      'deploy/web',
      'spec.template.spec.enableServiceLinks',
    );
    expect([value, origins, settings]).to.deep.equal([false, [], []]);
  });

  it('points into manifests, and through template files to what they read', async () => {
    expect(await originsOf('cm/plain', 'data.key')).to.deep.equal([
      'manifest plain.yaml:6:8 written',
    ]);
    expect(await originsOf('cm/made', 'data.host')).to.deep.equal([
      'manifest made.yaml.tpl:6:9 example.com',
      'value services.yaml:9:22 example.com over base.yaml:2:28 base.example.com',
    ]);
  });

  it('leads to the value of a Secret without telling it', async () => {
    const result = await explain('Secret/token', 'stringData.token', { environment: 'dev' });
    expect(
      result.origins.map((origin) => `${placeOf(origin)} ${textOfValue(origin)}`),
    ).to.deep.equal(['secret.yaml.tpl:6:10 ***', 'services.yaml:10:23 ***']);
    expect(JSON.stringify(result)).not.to.include('s3cr3t');
  });

  it('leads through a chart to the values it was given', async function () {
    this.timeout(installTimeoutMs);
    const programs = await realPrograms();
    const reader = await createFilesystemReader(
      fileURLToPath(new URL('../../..', import.meta.url)),
    );
    const result = await createRenderer({ programs }).explain(
      { reader, file: 'examples/brought-along/services.yaml', environment: 'production' },
      { object: 'deploy/guestbook-guestbook', field: 'spec.replicas' },
    );
    if (!result.ok) throw new Error(JSON.stringify(result));
    expect(result.explanation.origins.map(({ kind, path }) => [kind, path])).to.deep.equal([
      ['manifest', 'spec.replicas'],
      ['value', 'spec.services[0].helm.values.replicaCount'],
      ['value', 'spec.environments.production.vars.replicas'],
    ]);
  });

  it("points at what it says, for every field of the platform's own api", async function () {
    this.timeout(60_000);
    const root = fileURLToPath(new URL('../../..', import.meta.url));
    const lines = (await readFile(join(root, 'services.yaml'), 'utf8')).split('\n');
    const reader = await createFilesystemReader(root);
    const renderer = createRenderer();
    const inputs = { reader, file: 'services.yaml', environment: 'staging' };
    const whole = await renderer.explain(inputs, { object: 'deploy/api', field: 'spec' });
    if (!whole.ok) throw new Error(JSON.stringify(whole));
    const fields = leavesOf(whole.explanation.value, 'spec');
    expect(fields.length).to.be.above(30);
    let explained = 0;
    for (const field of fields) {
      const result = await renderer.explain(inputs, { object: 'deploy/api', field });
      if (!result.ok) throw new Error(`${field}: ${result.message}`);
      for (const origin of result.explanation.origins) {
        const { kind, line = 0, column = 0 } = origin;
        if (kind !== 'value') continue;
        const written = (lines[line - 1] ?? '').slice(column - 1).replace(/^["']/, '');
        expect(written.startsWith(textOfValue(origin)), `${field}: ${written}`).to.equal(true);
        explained += 1;
      }
    }
    expect(explained).to.be.above(fields.length / 2);
  });

  it('suggests what is near when an object or field is not there', async () => {
    const object = await ask('deploy/wbe', 'spec');
    expect(object).to.deep.include({
      message: 'there is no object deploy/wbe',
      hint: 'Did you mean "Deployment/web"?',
    });
    const field = await ask('deploy/web', 'spec.replcas');
    expect(field).to.deep.include({
      message: 'deploy/web: spec has no field replcas',
      hint: 'Did you mean "replicas"?',
    });
    const item = await ask('deploy/web', 'spec.template.spec.containers[wbe].image');
    expect(item).to.deep.include({ hint: 'Did you mean "web"?' });
    expect(await ask('deploy/web', 'spec..x')).to.include({ ok: false });
  });
});
