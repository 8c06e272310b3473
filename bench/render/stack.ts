import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Texts by path. */
export type Texts = Record<string, string>;

/** Objects that every service has. */
export const objectsPerService = 4;
/** The environment that is rendered: it inherits from two others. */
export const environment = 'production';
export const namespace = 'bench-production';

/** A digest in place of a tag: nothing has to be looked up. */
const digest = `sha256:${'ab'.repeat(32)}`;

/** `svc-00042` */
export const unitName = (index: number): string => `svc-${String(index).padStart(5, '0')}`;

/**
 * The generated stack as people would write it here: typed workloads (Deployment, Service, Ingress)
 * over one component, a ConfigMap per service in a file of its own, three environments by inheritance.
 */
export function servicesStack(services: number): Texts {
  const texts: Texts = {};
  const names = Array.from({ length: services }, (_, index) => unitName(index));
  const images = names.map((name) => `    ${name}: { from: ${imageOf(name)} }\n`);
  texts['services.yaml'] = `apiVersion: codex-k8s.dev/v1alpha1
kind: ServiceStack
metadata:
  name: bench
spec:
  vars:
    replicas: { type: integer, default: 1 }
    domain: { default: bench.localhost }
    logLevel: { default: debug }
  environments:
    dev:
    staging:
      from: dev
      vars: { domain: staging.example.com, logLevel: info }
    production:
      from: staging
      vars: { domain: example.com, replicas: 3 }
  images:
${images.join('')}  components:
    - name: web
      serviceDefaults:
        codeUpdateStrategy: rebuild
        workload:
          replicas: '{{ .Vars.replicas }}'
          ports: [{ name: http, port: 80, targetPort: 8080 }]
          resources: { requests: { cpu: 50m, memory: 64Mi }, limits: { memory: 128Mi } }
          probes:
            readiness: { http: { path: /ready }, periodSeconds: 5 }
            liveness: { http: { path: /live }, initialDelaySeconds: 10 }
  infrastructure: []
  services:
${names.map((name, index) => serviceText(name, index, 0)).join('')}  orchestration: {}
  webhookRuntime: {}
`;
  for (const [index, name] of names.entries())
    texts[`config/${name}.yaml`] = configMap(name, index, 0);
  return texts;
}

/** The stack after a change of one service, in the stack file itself or in its manifest. */
export function changedStack(
  texts: Texts,
  index: number,
  revision: number,
  where: 'services.yaml' | 'manifest',
): Texts {
  const name = unitName(index);
  if (where === 'manifest')
    return { ...texts, [`config/${name}.yaml`]: configMap(name, index, revision) };
  const text = texts['services.yaml'] ?? '';
  const start = text.indexOf(`    - name: ${name}\n`);
  const next = text.indexOf('    - name: ', start + 1);
  const end = next < 0 ? text.indexOf('  orchestration:') : next;
  const changed = text.slice(0, start) + serviceText(name, index, revision) + text.slice(end);
  return { ...texts, 'services.yaml': changed };
}

function serviceText(name: string, index: number, revision: number): string {
  return `    - name: ${name}
      use: [web]
      manifests: [{ path: config/${name}.yaml }]
      workload:
        image: ${name}
        env:
          LOG_LEVEL: '{{ .Vars.logLevel }}'
          PUBLIC_URL: 'https://${name}.{{ .Vars.domain }}'
          SHARD: '${index % 16}'
          REVISION: 'r${revision}'
        ingress: { host: '${name}.{{ .Vars.domain }}', path: / }
`;
}

function configMap(name: string, index: number, revision: number): string {
  return `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
data:
  region: eu-central-${index % 3}
  mode: quiet
  revision: 'r${revision}'
`;
}

/** The same objects as plain manifests, written out for the rendered environment. */
export function plainManifests(index: number): string {
  const name = unitName(index);
  return `${configMap(name, index, 0)}---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels:
    app.kubernetes.io/name: ${name}
spec:
  replicas: 3
  selector:
    matchLabels:
      app.kubernetes.io/name: ${name}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: ${name}
    spec:
      automountServiceAccountToken: false
      enableServiceLinks: false
      securityContext:
        seccompProfile:
          type: RuntimeDefault
      containers:
        - name: ${name}
          image: ${imageOf(name)}
          ports:
            - name: http
              containerPort: 8080
              protocol: TCP
          env:
            - name: LOG_LEVEL
              value: info
            - name: PUBLIC_URL
              value: https://${name}.example.com
            - name: SHARD
              value: '${index % 16}'
            - name: REVISION
              value: r0
          resources:
            requests:
              cpu: 50m
              memory: 64Mi
            limits:
              memory: 128Mi
          readinessProbe:
            httpGet:
              path: /ready
              port: http
            periodSeconds: 5
          livenessProbe:
            httpGet:
              path: /live
              port: http
            initialDelaySeconds: 10
          securityContext:
            allowPrivilegeEscalation: false
---
apiVersion: v1
kind: Service
metadata:
  name: ${name}
  labels:
    app.kubernetes.io/name: ${name}
spec:
  selector:
    app.kubernetes.io/name: ${name}
  ports:
    - name: http
      port: 80
      targetPort: http
      protocol: TCP
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: ${name}
  labels:
    app.kubernetes.io/name: ${name}
spec:
  rules:
    - host: ${name}.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: ${name}
                port:
                  name: http
`;
}

export function imageOf(name: string): string {
  return `registry.example.com/bench/${name}@${digest}`;
}

/** Writes texts below a directory. */
export function writeTexts(directory: string, texts: Texts): void {
  const made = new Set<string>();
  for (const [path, text] of Object.entries(texts)) {
    const file = join(directory, path);
    const folder = dirname(file);
    if (!made.has(folder)) mkdirSync(folder, { recursive: true });
    made.add(folder);
    writeFileSync(file, text);
  }
}
