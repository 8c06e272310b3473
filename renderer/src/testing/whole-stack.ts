/** A value as a file holds it. */
export type Json = string | number | boolean | Json[] | { [key: string]: Json };

const job = {
  image: 'web',
  command: ['run'],
  args: ['--all'],
  env: { A: 'x', B: { secret: { name: 'db', key: 'url', optional: true } } },
  resources: { requests: { cpu: '10m', memory: '1Mi' }, limits: { memory: '2Mi' } },
  volumes: [{ name: 'tmp', mountPath: '/tmp', emptyDir: true }],
  serviceAccount: 'runner',
  security: { runAsNonRoot: true, runAsUser: 1, readOnlyRootFilesystem: true },
};
const policy = { retries: 1, timeoutSeconds: 60, deletePolicy: 'never', when: true };

/** A stack that uses about everything there is. */
export const wholeStack = {
  apiVersion: 'codex-k8s.dev/v1alpha1',
  kind: 'ServiceStack',
  metadata: { name: 'shop', description: 'A shop' },
  spec: {
    project: 'shop',
    requires: { renderer: '>=0.1.0' },
    instanceScope: { marker: 'shop-1' },
    vars: { n: { type: 'integer', default: 1, required: true, description: 'n' } },
    versions: { web: '1.0.0' },
    environments: {
      dev: {
        description: 'dev',
        aliases: ['d'],
        kind: 'application',
        namespaceTemplate: 'shop-dev',
        domainTemplate: 'shop.example.com',
        imagePullPolicy: 'Always',
        vars: { n: 2 },
        labels: { team: 'web' },
      },
    },
    namespaceOverrides: { 'shop-dev': 'shop-here' },
    images: { web: { type: 'external', from: 'web:1' } },
    components: [{ name: 'base', serviceDefaults: { readiness: { timeoutSeconds: 9 } } }],
    secrets: [
      {
        name: 'db',
        description: 'db',
        keys: ['url'],
        source: 'platform',
        environments: ['dev'],
        slotAccess: false,
      },
    ],
    secretResolution: { patterns: [{ sourcePrefix: 'A', overrideTemplate: '{key}' }] },
    projectDocs: [{ path: 'a.md', description: 'a', roles: ['dev'], optional: true }],
    webhookRuntime: { defaultMode: 'full-env', defaultNamespaceTTL: '1h' },
    orchestration: {
      deployOrder: ['stateful', 'internal'],
      readiness: { strategy: 'applied', timeoutSeconds: 30 },
      cleanupPolicy: { fullEnvIdleTTL: '1h', keepOnFailure: false },
    },
    infrastructure: [
      {
        name: 'db',
        deployGroup: 'stateful',
        prune: 'before',
        workload: {
          kind: 'StatefulSet',
          image: 'web',
          replicas: 2,
          volumes: [{ name: 'data', mountPath: '/data', size: '1Gi', storageClass: 'fast' }],
        },
      },
      {
        name: 'clock',
        workload: { kind: 'CronJob', image: 'web', schedule: '0 3 * * *' },
      },
    ],
    services: [
      {
        name: 'web',
        description: 'web',
        use: ['base'],
        when: true,
        scope: 'environment',
        codeUpdateStrategy: 'rebuild',
        deployGroup: 'internal',
        dependsOn: ['db'],
        readiness: { strategy: 'healthy' },
        prune: 'afterApply',
        workload: {
          ...job,
          kind: 'Deployment',
          replicas: 2,
          terminationGracePeriodSeconds: 5,
          ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }],
          probes: {
            readiness: { http: { path: '/', port: 'http' }, periodSeconds: 5 },
            liveness: { tcp: { port: 80 }, initialDelaySeconds: 1, failureThreshold: 3 },
            startup: { exec: ['check'], timeoutSeconds: 2 },
          },
          ingress: {
            host: 'shop.example.com',
            path: '/',
            port: 80,
            className: 'x',
            tlsSecret: 'cert',
          },
        },
        migrations: [
          {
            name: 'schema',
            description: 'schema',
            ...policy,
            ...job,
            rollback: { policy: 'job', job: { args: ['undo'] } },
          },
        ],
        hooks: [
          {
            name: 'warm',
            on: 'afterHealthy',
            run: 'once-per-revision',
            onFailure: 'continue',
            ...policy,
            ...job,
          },
        ],
      },
    ],
  },
} satisfies Json;

/** Where a value stands in another one. */
export type Path = (string | number)[];

/** Every scalar of a value with its path. */
export function leavesOf(value: Json, path: Path = []): [Path, string | number | boolean][] {
  if (typeof value !== 'object') return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) =>
    leavesOf(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

/** A value with another one at a path. */
export function withLeaf(value: Json, [step, ...rest]: Path, leaf: Json): Json {
  if (step === undefined) return leaf;
  if (Array.isArray(value))
    return value.map((item, index) => (index === step ? withLeaf(item, rest, leaf) : item));
  if (typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, inner]) => [
    key,
    key === step ? withLeaf(inner, rest, leaf) : inner,
  ]);
  return Object.fromEntries(entries);
}
