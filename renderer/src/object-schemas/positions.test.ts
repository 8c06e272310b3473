import { expect } from 'chai';
import type { Diagnostic } from '@codex-k8s/schema';
import { renderTexts, stackText, type TextInputs } from '../testing/index.ts';

function stack(manifest: string, more = ''): Record<string, string> {
  const spec = `  environments:\n    dev:\n    cluster: { kind: cluster }\n  infrastructure:\n    - name: web\n      manifests: [{ path: web.yaml }]\n${more}`;
  return { 'services.yaml': stackText(spec), 'web.yaml': manifest };
}

async function find(files: Record<string, string>, inputs: TextInputs = {}): Promise<Diagnostic[]> {
  const result = await renderTexts(files, inputs);
  return result.ok ? result.rendered.diagnostics : result.diagnostics;
}

async function summaries(
  files: Record<string, string>,
  inputs: TextInputs = {},
): Promise<string[]> {
  return (await find(files, inputs)).map(
    ({ file, line, column, severity, code, message }) =>
      `${[file, line, column].join(':')} ${severity} ${code} ${message}`,
  );
}

const service = 'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n';

const definition = (schema: string, more = '') =>
  `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: { name: things.example.com }\nspec:\n  group: example.com\n  scope: Namespaced\n  names: { kind: Thing, plural: things }\n  versions:\n    - name: v1\n      served: true\n      storage: true\n      schema:\n        openAPIV3Schema:\n          type: object\n          properties:\n            spec:\n${schema}${more}`;
const thingSchema =
  '              type: object\n              required: [size, mode]\n              properties:\n                size: { type: integer, minimum: 1 }\n                mode: { type: string, default: a, enum: [a, b] }\n                any: { type: object, x-kubernetes-preserve-unknown-fields: true }\n                labels: { type: object, additionalProperties: { type: string } }\n                names: { type: array, x-kubernetes-list-type: set, maxItems: 2, items: { type: string } }\n';
const thing = (spec: string) =>
  `apiVersion: example.com/v1\nkind: Thing\nmetadata: { name: t }\n${spec}`;

describe('objects against the API of their cluster', () => {
  it('point at fields that do not exist, with the one that was meant', async () => {
    const found = await find(
      stack(
        `${service}  selectr: { app: web }\n  ports:\n    - port: 80\n      targetport: 8080\nports: []\n`,
      ),
    );
    expect(
      found.map(({ line, column, code, message, hint, path }) => [
        line,
        column,
        code,
        message,
        hint,
        path,
      ]),
    ).to.deep.equal([
      [
        6,
        3,
        'CK-R-150',
        'Service web: unknown field selectr in spec',
        'Did you mean "selector"?',
        'spec.selectr',
      ],
      [
        9,
        7,
        'CK-R-150',
        'Service web: unknown field targetport in spec.ports[0]',
        'Did you mean "targetPort"?',
        'spec.ports[0].targetport',
      ],
      [
        10,
        1,
        'CK-R-150',
        'Service web: unknown field ports in the object',
        'It belongs into spec.',
        'ports',
      ],
    ]);
  });

  it('point at the map that lacks a field', async () => {
    expect(await summaries(stack(`${service}  ports:\n    - name: http\n`))).to.deep.equal([
      'web.yaml:7:7 error CK-R-151 Service web: port is missing in spec.ports[0]',
    ]);
  });

  it('point at values of the wrong type, and say how to write them', async () => {
    const files = stack(
      `${service}  selector: { version: 2 }\n  ports:\n    - { name: a, port: "80" }\n  type: [ClusterIP]\n`,
    );
    expect(await summaries(files)).to.deep.equal([
      'web.yaml:6:24 error CK-R-152 Service web: spec.selector.version must be a string that a label can have, not number 2',
      'web.yaml:8:24 error CK-R-152 Service web: spec.ports[0].port must be an integer of 32 bits, not string "80"',
      'web.yaml:9:9 error CK-R-152 Service web: spec.type must be one of ClusterIP, ExternalName, LoadBalancer, NodePort, not a list',
    ]);
    expect((await find(files))[0]?.hint).to.equal('Quote it: "2".');
  });

  it('point at values that are not allowed', async () => {
    const claim =
      'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: { name: a }\nspec:\n  accessModes: [ReadWriteTwice]\n  volumeMode: Filesytem\n  resources: { requests: { storage: 1 GB } }\n';
    const found = await find(stack(claim));
    expect(found.map(({ line, column, code, hint }) => [line, column, code, hint])).to.deep.equal([
      [5, 17, 'CK-R-153', 'Give one of the values the API allows.'],
      [6, 15, 'CK-R-153', 'Did you mean "Filesystem"?'],
      [7, 37, 'CK-R-153', 'Give one of the values the API allows.'],
    ]);
  });

  it('point at the second of two items that are the same to Kubernetes', async () => {
    const files = stack(
      `${service}  ports:\n    - { name: a, port: 80 }\n    - { name: b, port: 80, protocol: UDP }\n    - { name: c, port: 80, protocol: TCP }\n`,
    );
    expect(await summaries(files)).to.deep.equal([
      'web.yaml:9:7 error CK-R-154 Service web: port and protocol 80/TCP stands in this list twice',
    ]);
  });

  it('point at parts of an object that do not fit together', async () => {
    const files = stack(`apiVersion: apps/v1
kind: Deployment
metadata: { name: My_App }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: wbe } }
    spec:
      containers:
        - name: main
          image: app:1
          volumeMounts: [{ name: data, mountPath: /data }]
`);
    expect(await summaries(files)).to.deep.equal([
      'web.yaml:3:19 error CK-R-153 Deployment My_App: metadata.name cannot be "My_App"',
      'web.yaml:5:35 error CK-R-153 Deployment My_App: the selector wants app: web, which the pods do not have',
      'web.yaml:12:34 error CK-R-153 Deployment My_App: there is no volume "data" to mount',
    ]);
  });

  it('point at kinds that Kubernetes does not have', async () => {
    const manifest = (apiVersion: string, kind: string) =>
      stack(`apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: a }\n`);
    const found = [
      ...(await find(manifest('apps/v1', 'Daemonset'))),
      ...(await find(manifest('v1', 'Deployment'))),
    ];
    expect(
      found.map(({ line, column, code, message, hint }) => [line, column, code, message, hint]),
    ).to.deep.equal([
      [
        2,
        7,
        'CK-R-155',
        'Daemonset a: Kubernetes 1.36 has no apps/v1 Daemonset',
        'Did you mean "DaemonSet"?',
      ],
      [
        2,
        7,
        'CK-R-155',
        'Deployment a: Kubernetes 1.36 has no v1 Deployment',
        'There is: apps/v1 Deployment.',
      ],
    ]);
  });

  it('point at an API that is gone, with what stands in its place', async () => {
    const ingress = 'apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: { name: a }\n';
    const [found, ...others] = await find(stack(ingress));
    expect([
      found?.line,
      found?.column,
      found?.severity,
      found?.code,
      found?.message,
      found?.hint,
    ]).to.deep.equal([
      1,
      13,
      'error',
      'CK-R-167',
      'Ingress a: extensions/v1beta1 Ingress is not served any more since Kubernetes 1.22',
      'Use networking.k8s.io/v1 Ingress.',
    ]);
    expect(others).to.deep.equal([]);
  });

  it('say once of a custom kind that it is not checked', async () => {
    expect(
      await summaries(
        stack([thing('a: 1\n'), thing('b: 2\n').replace('name: t', 'name: u')].join('---\n')),
      ),
    ).to.deep.equal([
      'web.yaml:2:7 info CK-R-156 Thing t: example.com/v1 Thing is not checked: its definition is not known',
    ]);
  });

  it('check typed workloads too, at the line of services.yaml', async () => {
    const files = {
      'services.yaml': stackText(`  environments:
    dev:
  images:
    web: { from: 'web:1' }
  services:
    - name: web
      codeUpdateStrategy: rebuild
      workload:
        image: web
        env:
          A: { field: metadata.name }
        volumes:
          - { name: a, mountPath: /a, emptyDir: true }
          - { name: b, mountPath: /a, emptyDir: true }
`),
    };
    expect(await summaries(files)).to.deep.equal([
      'services.yaml:19:13 error CK-R-154 Deployment web: mountPath /a stands in this list twice',
    ]);
  });
});

describe('the target Kubernetes version', () => {
  const policy = 'apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: { name: a }\n';
  const declared = (version: string) => `  kubernetes: { version: "${version}" }\n`;

  it('is what the caller says, else what the stack declares, else the newest that is known', async () => {
    // Known since 1.35 only.
    const manifest =
      'apiVersion: scheduling.k8s.io/v1alpha1\nkind: Workload\nmetadata: { name: a }\nspec: { podGroups: [] }\n';
    const codesOf = async (more: string, inputs: TextInputs = {}) =>
      (await find(stack(manifest, more), inputs)).map(({ code }) => code);
    expect(await codesOf(declared('1.35'))).to.deep.equal([]);
    expect(await codesOf(declared('v1.34.2'))).to.deep.equal(['CK-R-155']);
    expect(
      await codesOf(declared('1.34'), { cluster: { kubernetesVersion: 'v1.35.1+k3s1' } }),
    ).to.deep.equal([]);
  });

  it('decides what is deprecated and what is gone', async () => {
    const of = async (version: string) =>
      (await find(stack(policy, declared(version)))).map(
        ({ code, message }) => `${code} ${message}`,
      );
    expect((await of('1.24')).at(-1)).to.equal(
      'CK-R-166 PodDisruptionBudget a: policy/v1beta1 PodDisruptionBudget is deprecated since Kubernetes 1.21 and gone with 1.25',
    );
    expect((await of('1.25')).at(-1)).to.match(
      /^CK-R-167 .* not served any more since Kubernetes 1.25$/,
    );
  });

  it('is warned of when it is not known, and new fields are then no errors', async () => {
    const files = stack(`${service}  future: 1\n`, declared('1.99'));
    expect(await summaries(files)).to.deep.equal([
      'services.yaml:12:26 warning CK-R-157 objects are checked against Kubernetes 1.36, not 1.99',
      'web.yaml:6:3 warning CK-R-150 Service web: unknown field future in spec',
    ]);
    expect(
      await summaries(stack(`${service}  future: 1\n`), {
        cluster: { kubernetesVersion: 'newest' },
      }),
    ).to.include(':: warning CK-R-157 objects are checked against Kubernetes 1.36, not newest');
  });
});

describe('custom objects', () => {
  const named = '  kubernetes: { definitions: [crds/*.yaml] }\n';
  const withFile = (spec: string, file = definition(thingSchema)) => ({
    ...stack(thing(spec), named),
    'crds/thing.yaml': file,
  });

  it('are checked against definitions from elsewhere', async () => {
    const fine = 'spec: { size: 1, any: { x: [1] }, labels: { a: b }, names: [a, b] }\n';
    expect(await summaries(withFile(fine))).to.deep.equal([]);
    const broken =
      'spec:\n  size: 0\n  mode: c\n  mod: a\n  labels: { a: 1 }\n  names: [a, a, b]\nspce: {}\n';
    expect(await summaries(withFile(broken))).to.deep.equal([
      'web.yaml:5:9 error CK-R-153 Thing t: spec.size must be at least 1',
      'web.yaml:6:9 error CK-R-153 Thing t: spec.mode must be one of a, b, not "c"',
      'web.yaml:7:3 error CK-R-150 Thing t: unknown field mod in spec',
      'web.yaml:8:16 error CK-R-152 Thing t: spec.labels.a must be a string, not number 1',
      'web.yaml:9:10 error CK-R-153 Thing t: spec.names must be a list of at most 2',
      'web.yaml:9:14 error CK-R-154 Thing t: "a" stands in this list twice',
      'web.yaml:10:1 error CK-R-150 Thing t: unknown field spce in the object',
    ]);
    expect(await summaries(withFile('spec: {}\n'))).to.deep.equal([
      'web.yaml:4:7 error CK-R-151 Thing t: size is missing in spec',
    ]);
  });

  it('are checked against definitions among the objects of the stack', async () => {
    const files = stack(`${definition(thingSchema)}---\n${thing('spec: { size: big }\n')}`);
    expect(await summaries(files, { environment: 'cluster' })).to.deep.equal([
      'web.yaml:29:15 error CK-R-152 Thing t: spec.size must be an integer, not string "big"',
    ]);
  });

  it('are looked at again when a definition changes, with a warm cache too', async () => {
    const { createRenderer, createMemoryReader } = await import('../index.ts');
    const renderer = createRenderer();
    const render = (files: Record<string, string>) =>
      renderer.render({
        reader: createMemoryReader(files),
        file: 'services.yaml',
        environment: 'dev',
      });
    const strict = definition(thingSchema.replace('minimum: 1', 'minimum: 5'));
    expect((await render(withFile('spec: { size: 3 }\n'))).ok).to.equal(true);
    expect((await render(withFile('spec: { size: 3 }\n', strict))).ok).to.equal(false);
    expect((await render(withFile('spec: { size: 3 }\n'))).ok).to.equal(true);
  });

  it('need files that hold definitions only', async () => {
    const files = withFile('spec: { size: 1 }\n', `${definition(thingSchema)}---\n${service}`);
    expect(await summaries(files)).to.deep.equal([
      'crds/thing.yaml:26:1 error CK-R-158 Service is no CustomResourceDefinition',
    ]);
    expect((await summaries(stack(thing(''), named))).slice(0, 1)).to.deep.equal([
      'services.yaml:12:31 error CK-R-011 crds/*.yaml matches no file',
    ]);
  });
});
