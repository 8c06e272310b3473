import { schemas, type Diagnostic } from '@codex-k8s/schema';
import { expect } from 'chai';
import { codes } from '../diagnostics/index.ts';
import { renderTexts, stackText, type TextInputs } from '../testing/index.ts';
import { policies, type EnvironmentClass } from './index.ts';
import { floatingBecause } from './rules/floating-tag.ts';

/** One environment of each class; a stack of one unit with one manifest. */
function stack(manifest: string, more = ''): Record<string, string> {
  const spec =
    '  environments:\n' +
    '    dev:\n' +
    '    staging:\n' +
    '    production:\n' +
    '    ai: { namespaceTemplate: "{{ .Project }}-{{ .Slot }}" }\n' +
    `  infrastructure:\n    - name: web\n      manifests: [{ path: web.yaml }]\n${more}`;
  return { 'services.yaml': stackText(spec), 'web.yaml': manifest };
}

const inputs: Readonly<Record<EnvironmentClass, TextInputs>> = {
  dev: { environment: 'dev' },
  slot: { environment: 'ai', slot: 1 },
  staging: { environment: 'staging' },
  production: { environment: 'production' },
};

async function find(
  files: Record<string, string>,
  environment: EnvironmentClass,
): Promise<Diagnostic[]> {
  const result = await renderTexts(files, inputs[environment]);
  return result.ok ? result.rendered.diagnostics : result.diagnostics;
}

function summary({ file, line, column, code, severity, message }: Diagnostic): string {
  return `${file}:${line}:${column} ${severity} ${code} ${message}`;
}

async function summaries(
  files: Record<string, string>,
  environment: EnvironmentClass,
): Promise<string[]> {
  return (await find(files, environment)).map(summary);
}

function deployment(container: string, pod = ''): string {
  return (
    'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n' +
    '  selector: { matchLabels: { app: web } }\n  template:\n' +
    '    metadata: { labels: { app: web } }\n    spec:\n' +
    `${pod}      containers:\n        - name: main\n${container}`
  );
}

const image = '          image: app:1.0\n';
const limits = '          resources: { limits: { memory: 1Gi } }\n';

interface BrokenRule {
  rule: (typeof policies)[number]['name'];
  code: string;
  manifest: string;
  /** Where and what, without the severity, the same in every environment. */
  at: string;
  message: string;
  hint?: string;
}

const cases: BrokenRule[] = [
  {
    rule: 'plaintext-secret',
    code: 'CK-R-160',
    manifest:
      'apiVersion: v1\nkind: Secret\nmetadata: { name: db }\ndata: { user: "" }\nstringData:\n  password: hunter2\n  token: x\n',
    at: 'web.yaml:6:13',
    message: 'Secret db: its data stands in plain sight: password, token',
  },
  {
    rule: 'floating-tag',
    code: 'CK-R-161',
    manifest: deployment(`          image: docker.io/library/nginx\n${limits}`),
    at: 'web.yaml:12:18',
    message:
      'Deployment web: container main runs docker.io/library/nginx, which has no tag and means latest',
  },
  {
    rule: 'missing-limits',
    code: 'CK-R-162',
    manifest: deployment(`${image}          resources:\n            limits: { cpu: 1 }\n`),
    at: 'web.yaml:14:21',
    message: 'Deployment web: container main has no memory limit',
  },
  {
    rule: 'missing-probes',
    code: 'CK-R-163',
    manifest: deployment(`${image}${limits}          ports: [{ containerPort: 80 }]\n`),
    at: 'web.yaml:11:11',
    message: 'Deployment web: container main has ports and no readiness probe',
  },
  {
    rule: 'privileged',
    code: 'CK-R-164',
    manifest: deployment(
      `${image}${limits}          securityContext:\n            privileged: true\n`,
    ),
    at: 'web.yaml:15:25',
    message: 'Deployment web: container main is privileged',
  },
  {
    rule: 'host-path',
    code: 'CK-R-165',
    manifest: deployment(
      `${image}${limits}`,
      '      volumes:\n        - name: logs\n          hostPath: { path: /var/log }\n',
    ),
    at: 'web.yaml:12:29',
    message: 'Deployment web: volume logs is /var/log of the node',
  },
  {
    rule: 'deprecated-api',
    code: 'CK-R-166',
    manifest: 'apiVersion: v1\nkind: Endpoints\nmetadata: { name: web }\n',
    at: 'web.yaml:1:13',
    message: 'Endpoints web: v1 Endpoints is deprecated since Kubernetes 1.33',
    hint: 'Use discovery.k8s.io/v1 EndpointSlice.',
  },
  {
    rule: 'slot-secret',
    code: 'CK-R-168',
    manifest:
      'apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: { name: reader }\nrules:\n  - apiGroups: [""]\n    resources: [pods, secrets]\n    verbs: [get]\n',
    at: 'web.yaml:6:16',
    message: 'Role reader: a rule lets it read every secret of the slot (get)',
  },
];

describe('policies', () => {
  for (const { rule, code, manifest, at, message, hint } of cases) {
    it(`point at what breaks ${rule}, as heavy as the environment says`, async () => {
      const policy = policies.find(({ name }) => name === rule);
      for (const environment of ['dev', 'slot', 'staging', 'production'] as const) {
        const severity = policy?.severity[environment];
        const expected = severity === 'off' ? [] : [`${at} ${severity} ${code} ${message}`];
        const found = await find(stack(manifest), environment);
        expect(found.map(summary), environment).to.deep.equal(expected);
        for (const diagnostic of found) expect(diagnostic.hint).to.equal(hint ?? codes[rule].hint);
      }
    });
  }

  it('are each shown here, with a code of its own', () => {
    const names = policies.map(({ name }) => name);
    expect(cases.map(({ rule }) => rule)).to.have.members(names);
    expect(cases.map(({ code }) => code)).to.deep.equal(names.map((name) => codes[name].code));
  });

  it('are errors in production only where something dangerous is asked for', () => {
    const errors = policies.filter(({ severity }) => severity.production === 'error');
    expect(errors.map(({ name }) => name)).to.deep.equal([
      'plaintext-secret',
      'floating-tag',
      'privileged',
      'host-path',
    ]);
    const inDev = policies.filter(({ severity }) => severity.dev === 'error');
    expect(inDev).to.deep.equal([]);
  });

  it('never tell the value of a secret, neither those of the schema', async () => {
    const broken = stack(
      'apiVersion: v1\nkind: Secret\nmetadata: { name: a }\ndata: { b: hunter2!, c: 8642 }\nstringData: { d: 8642 }\ntype: 8642\n',
    );
    const found = await find(broken, 'production');
    expect(found.map(({ code }) => code)).to.include.members(['CK-R-152', 'CK-R-153', 'CK-R-160']);
    expect(JSON.stringify(found)).not.to.match(/hunter2|8642/);
    const files = stack(
      'apiVersion: v1\nkind: Secret\nmetadata: { name: a }\nstringData: { b: hunter2 }\n',
    );
    expect(JSON.stringify(await find(files, 'production'))).not.to.include('hunter2');
  });

  it('point at services.yaml where the object comes out of typed fields', async () => {
    const files = {
      'services.yaml': stackText(`  environments:
    staging:
  images:
    web: { from: 'web:main' }
  services:
    - name: web
      codeUpdateStrategy: rebuild
      workload:
        image: web
        ports: [{ port: 80 }]
        resources:
          requests: { cpu: 1 }
`),
    };
    expect(await summaries(files, 'staging')).to.deep.equal([
      'services.yaml:14:9 warning CK-R-163 Deployment web: container web has ports and no readiness probe',
      'services.yaml:14:16 warning CK-R-161 Deployment web: container web runs web:main, a tag that moves',
      'services.yaml:17:11 warning CK-R-162 Deployment web: container web has no memory limit',
    ]);
  });

  it('point into the template that makes the object', async () => {
    const files = {
      ...stack(''),
      'services.yaml': stack('')['services.yaml']?.replace('web.yaml', 'web.yaml.tpl') ?? '',
      'web.yaml.tpl': `{{- $host := true -}}\n${deployment(`${image}${limits}`, '      hostNetwork: {{ $host }}\n')}`,
    };
    expect(await summaries(files, 'staging')).to.deep.equal([
      'web.yaml.tpl:11:20 error CK-R-164 Deployment web: its pods share the Network namespace of the node (hostNetwork)',
    ]);
  });

  it('see every way to more rights, and none in what is harmless', async () => {
    const security =
      '          ports: [{ containerPort: 80, hostPort: 80 }]\n          readinessProbe: { tcpSocket: { port: 80 } }\n' +
      '          securityContext: { privileged: false, allowPrivilegeEscalation: true, procMount: Unmasked, capabilities: { drop: [ALL], add: [NET_BIND_SERVICE, SYS_ADMIN] }, seccompProfile: { type: Unconfined } }\n';
    const pod =
      '      hostPID: true\n      hostIPC: true\n      securityContext: { windowsOptions: { hostProcess: true } }\n' +
      '      initContainers: [{ name: init, image: "app:1", securityContext: { privileged: true } }]\n';
    const found = await find(stack(deployment(`${image}${limits}${security}`, pod)), 'production');
    expect(found.map(({ message }) => message.replace('Deployment web: ', ''))).to.have.members([
      'its pods share the PID namespace of the node (hostPID)',
      'its pods share the IPC namespace of the node (hostIPC)',
      'its pods run as a process of the node (hostProcess)',
      'container init is privileged',
      'container main may gain privileges (allowPrivilegeEscalation)',
      'container main sees all of /proc',
      'container main adds the capability SYS_ADMIN',
      'container main runs unconfined (seccompProfile)',
      'container main takes the port 80 of the node',
    ]);
    expect(new Set(found.map(({ code }) => code))).to.deep.equal(new Set(['CK-R-164']));
  });

  it('ask limits and probes of what keeps running, and of sidecars, not of what prepares it', async () => {
    const pod = (more: string) =>
      `      initContainers:\n        - { name: setup, image: "app:1" }\n        - { name: proxy, image: "app:1", restartPolicy: Always${more} }\n`;
    const found = await find(stack(deployment(`${image}${limits}`, pod(''))), 'production');
    expect(found.map(summary)).to.deep.equal([
      'web.yaml:12:11 warning CK-R-162 Deployment web: container proxy has no memory limit',
    ]);
    const range =
      'apiVersion: v1\nkind: LimitRange\nmetadata: { name: a }\nspec: { limits: [{ type: Container, default: { memory: 1Gi } }] }\n---\n';
    expect(await find(stack(range + deployment(image)), 'production')).to.deep.equal([]);
    const ofThePod = '      resources: { limits: { memory: 1Gi } }\n';
    expect(await find(stack(deployment(image, ofThePod)), 'production')).to.deep.equal([]);
    const job =
      'apiVersion: batch/v1\nkind: Job\nmetadata: { name: web }\nspec:\n  template:\n    spec:\n      restartPolicy: Never\n      containers: [{ name: main, image: "app:1", ports: [{ containerPort: 80 }], resources: { limits: { memory: 1Gi } } }]\n';
    expect(await find(stack(job), 'production')).to.deep.equal([]);
  });

  it('tell tags that move from those that stay', () => {
    const moving = [
      'nginx',
      'a:5000/nginx',
      'nginx:latest',
      'x/y:main',
      'y:nightly',
      'z:stable-alpine',
    ];
    const fixed = [
      'nginx:1.29',
      'a:5000/nginx:16-alpine',
      'nginx@sha256:abc',
      'nginx:latest@sha256:abc',
      'nightly-builder:20260101',
      'app:nightly-20260101',
      'app:mainline',
    ];
    expect(moving.filter((reference) => floatingBecause(reference) === undefined)).to.deep.equal(
      [],
    );
    expect(fixed.filter((reference) => floatingBecause(reference) !== undefined)).to.deep.equal([]);
  });
});

describe('secrets that a slot may read', () => {
  const secrets =
    '  secrets:\n    - { name: own, keys: [a], source: generated }\n    - { name: theirs, keys: [a], source: platform }\n';
  const pod = (name: string) =>
    deployment(
      `${image}${limits}          envFrom: [{ secretRef: { name: ${name} } }]\n          env: [{ name: A, valueFrom: { secretKeyRef: { name: ${name}, key: a } } }]\n`,
      `      volumes:\n        - { name: a, secret: { secretName: ${name} } }\n        - { name: b, projected: { sources: [{ secret: { name: ${name} } }] } }\n`,
    );

  it('are those that are declared for slots', async () => {
    expect(await find(stack(pod('own'), secrets), 'slot')).to.deep.equal([]);
    const found = await find(stack(pod('theirs'), secrets), 'slot');
    expect(found.map(({ line, column, code }) => [line, column, code])).to.deep.equal([
      [11, 44, 'CK-R-168'],
      [12, 63, 'CK-R-168'],
      [17, 42, 'CK-R-168'],
      [18, 63, 'CK-R-168'],
    ]);
    expect(found[0]?.message).to.equal(
      'Deployment web: its pods read the secret theirs, which is not declared for slots',
    );
    expect(await find(stack(pod('theirs'), secrets), 'production')).to.deep.equal([]);
  });

  it('bound what its roles may read', async () => {
    const role = (names: string, verbs = 'get') =>
      `apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: { name: r }\nrules: [{ apiGroups: ["*"], resources: ["*"], verbs: [${verbs}]${names} }]\n`;
    const binding = (name: string) =>
      `apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: { name: r }\nroleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ${name} }\n`;
    const messages = async (manifest: string) =>
      (await find(stack(manifest, secrets), 'slot')).map(({ message }) => message);
    expect(await messages(role(', resourceNames: [own]'))).to.deep.equal([]);
    expect(await messages(role('', 'create, delete'))).to.deep.equal([]);
    expect(await messages(binding('view'))).to.deep.equal([]);
    expect(await messages(role(', resourceNames: [own, theirs]'))).to.deep.equal([
      'Role r: a rule lets it read theirs of the slot (get)',
    ]);
    expect(await messages(binding('edit'))).to.deep.equal([
      'RoleBinding r: the role edit reads every secret of the slot',
    ]);
  });
});

describe('waivers', () => {
  const privileged = deployment(
    `          image: app:latest\n${limits}          securityContext: { privileged: true }\n`,
  );
  const waive = (lines: string) => `  policies:\n    waivers:\n${lines}`;

  it('keep a finding listed, with the reason, and nothing else', async () => {
    const waivers = waive(
      '      - { rule: privileged, unit: web, reason: it manages the node, until: 2027-01-31 }\n',
    );
    expect(await summaries(stack(privileged, waivers), 'production')).to.deep.equal([
      'web.yaml:12:18 error CK-R-161 Deployment web: container main runs app:latest, a tag that moves',
      'web.yaml:14:42 info CK-R-164 Deployment web: container main is privileged – waived until 2027-01-31: it manages the node',
    ]);
  });

  it('can be for one object, and for some environments', async () => {
    const waivers = waive(
      '      - { rule: privileged, object: Deployment/web, environments: [production], reason: x }\n      - { rule: floating-tag, unit: web, object: Deployment/web, reason: x }\n',
    );
    const production = await find(stack(privileged, waivers), 'production');
    expect(production.map(({ severity }) => severity)).to.deep.equal(['info', 'info']);
    const staging = await find(stack(privileged, waivers), 'staging');
    expect(staging.map(({ severity }) => severity)).to.deep.equal(['info', 'error']);
  });

  it('are warned of where nothing needs them', async () => {
    const waivers = waive(
      '      - { rule: host-path, unit: web, reason: x }\n      - { rule: privileged, unit: wbe, reason: x }\n      - { rule: host-path, unit: web, environments: [dev], reason: x }\n      - { rule: privileged, object: DaemonSet/web, reason: x }\n      - { rule: privileged, unit: web, reason: x }\n',
    );
    const found = await find(stack(privileged, waivers), 'production');
    const unused = found.filter(({ code }) => code === 'CK-R-169');
    expect(unused.map(summary)).to.deep.equal([
      'services.yaml:16:9 warning CK-R-169 the waiver of host-path for web is not needed: no object breaks the rule',
      'services.yaml:17:9 warning CK-R-169 the waiver of privileged for wbe is not needed: there is no unit wbe',
      'services.yaml:19:9 warning CK-R-169 the waiver of privileged for DaemonSet/web is not needed: no object breaks the rule',
    ]);
    expect(unused[1]?.hint).to.equal('Did you mean "web"?');
  });

  it('are not unused where the environment is too lenient to tell, or leaves the unit out', async () => {
    const waivers = waive('      - { rule: missing-limits, unit: web, reason: x }\n');
    expect(await find(stack(deployment(image), waivers), 'dev')).to.deep.equal([]);
    const left = stack(deployment(image), waivers);
    left['services.yaml'] =
      left['services.yaml']?.replace('- name: web', '- name: web\n      when: false') ?? '';
    expect(await find(left, 'dev')).to.deep.equal([]);
  });

  it('need environments that exist', async () => {
    const waivers = waive(
      '      - { rule: privileged, unit: web, environments: [prodution], reason: x }\n',
    );
    const [first] = await find(stack(privileged, waivers), 'dev');
    expect(first && summary(first)).to.equal(
      'services.yaml:16:55 error CK-R-030 there is no environment prodution',
    );
    expect(first?.hint).to.equal('Did you mean "production"?');
  });

  it('are for the rules that there are', () => {
    const { rule } = schemas.services.$defs.waiver.properties;
    expect(rule.enum).to.deep.equal(policies.map(({ name }) => name));
  });

  it('of imported files add up where they have names', async () => {
    const files = stack(
      privileged,
      '  imports: [team.yaml]\n  policies: { waivers: [{ name: a, rule: privileged, unit: web, reason: a }] }\n',
    );
    files['team.yaml'] =
      'spec: { policies: { waivers: [{ name: b, rule: floating-tag, unit: web, reason: b }] } }\n';
    const found = await find(files, 'production');
    expect(found.map(({ severity }) => severity)).to.deep.equal(['info', 'info']);
  });

  it('need a reason, a known rule, and a unit or an object', async () => {
    const waivers = waive(
      '      - { rule: privileged, unit: web }\n      - { rule: privilged, unit: web, reason: x }\n      - { rule: privileged, reason: x }\n',
    );
    const found = await find(stack(privileged, waivers), 'dev');
    expect(found.map(({ line, code }) => `${line} ${code}`)).to.include.members([
      '16 CK-R-021',
      '17 CK-R-023',
      '18 CK-R-021',
    ]);
  });
});
