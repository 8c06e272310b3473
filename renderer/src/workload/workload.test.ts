import { expect } from 'chai';
import { parse } from 'yaml';
import { findingsOf, renderFine, stackText, textOf } from '../testing/index.ts';

const stack = (workload: string) => ({
  'services.yaml': stackText(`  environments: { dev: }
  images: { app: { from: "app:1" } }
  secrets: [{ name: s, keys: [k], source: existing }, { name: cert, keys: [tls.crt], source: existing }]
  services:
    - name: app
      codeUpdateStrategy: rebuild
      workload:
        image: app
${workload.replace(/^(?=.)/gm, '        ')}`),
});

/** The objects of a workload by kind, their namespaces and labels left out. */
async function objectsOf(workload: string): Promise<Record<string, unknown>> {
  const rendered = await renderFine(stack(workload));
  const objects = rendered.plan.units.flatMap((unit) => unit.objects);
  return Object.fromEntries(
    objects.map(({ kind, file }) => [kind, parse(textOf(rendered, file)).spec]),
  );
}

describe('a typed workload', () => {
  it('is a Deployment with nothing but what was asked for, and no way to more privileges', async () => {
    expect(await objectsOf('')).to.deep.equal({
      Deployment: {
        selector: { matchLabels: { 'app.kubernetes.io/name': 'app' } },
        template: {
          metadata: { labels: { 'app.kubernetes.io/name': 'app' } },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
            containers: [
              { name: 'app', image: 'app:1', securityContext: { allowPrivilegeEscalation: false } },
            ],
          },
        },
      },
    });
  });

  it('with ports gets a Service and an Ingress that agree with them, protocols spelled out', async () => {
    const objects = await objectsOf(
      `ports: [{ port: 80, targetPort: 8080 }, { port: 53, protocol: UDP }]\ningress: { host: a.example.com, path: /x, className: nginx, tlsSecret: cert }\n`,
    );
    expect(objects['Service']).to.deep.equal({
      selector: { 'app.kubernetes.io/name': 'app' },
      ports: [
        { name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' },
        { name: 'port-53', port: 53, targetPort: 'port-53', protocol: 'UDP' },
      ],
    });
    expect(objects['Deployment']).to.have.deep.nested.property(
      'template.spec.containers[0].ports',
      [
        { name: 'http', containerPort: 8080, protocol: 'TCP' },
        { name: 'port-53', containerPort: 53, protocol: 'UDP' },
      ],
    );
    expect(objects['Ingress']).to.deep.equal({
      ingressClassName: 'nginx',
      tls: [{ hosts: ['a.example.com'], secretName: 'cert' }],
      rules: [
        {
          host: 'a.example.com',
          http: {
            paths: [
              {
                path: '/x',
                pathType: 'Prefix',
                backend: { service: { name: 'app', port: { name: 'http' } } },
              },
            ],
          },
        },
      ],
    });
  });

  it('takes environment variables from values, secrets, config maps and the pod', async () => {
    const objects = await objectsOf(
      `env:\n  A: text\n  B: 1\n  C: true\n  D: { secret: { name: s, key: k } }\n  E: { configMap: { name: c, key: k, optional: true } }\n  F: { field: status.podIP }\n`,
    );
    expect(objects['Deployment']).to.have.deep.nested.property('template.spec.containers[0].env', [
      { name: 'A', value: 'text' },
      { name: 'B', value: '1' },
      { name: 'C', value: 'true' },
      { name: 'D', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
      { name: 'E', valueFrom: { configMapKeyRef: { name: 'c', key: 'k', optional: true } } },
      { name: 'F', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'status.podIP' } } },
    ]);
  });

  it('probes by HTTP, TCP and command, at the first port unless told', async () => {
    const objects = await objectsOf(
      `ports: [{ port: 80 }, { name: admin, port: 81 }]\nprobes:\n  startup: { exec: [check], failureThreshold: 3 }\n  readiness: { http: { path: /ready, port: 81 }, periodSeconds: 2 }\n  liveness: { tcp: {} }\n`,
    );
    expect(objects['Deployment'])
      .to.have.nested.property('template.spec.containers[0]')
      .that.deep.includes({
        startupProbe: { exec: { command: ['check'] }, failureThreshold: 3 },
        readinessProbe: { httpGet: { path: '/ready', port: 'admin' }, periodSeconds: 2 },
        livenessProbe: { tcpSocket: { port: 'http' } },
      });
  });

  it('as a StatefulSet has a headless Service and a disk for each pod', async () => {
    const objects = await objectsOf(
      `kind: StatefulSet\nreplicas: 3\nports: [{ port: 5432 }]\nvolumes: [{ name: data, mountPath: /data, size: 1Gi, storageClass: fast }]\n`,
    );
    expect(objects['Service']).to.deep.include({ clusterIP: 'None' });
    expect(objects['StatefulSet']).to.deep.include({ replicas: 3, serviceName: 'app' });
    expect(objects['StatefulSet']).to.have.deep.nested.property('volumeClaimTemplates[0].spec', {
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'fast',
      resources: { requests: { storage: '1Gi' } },
    });
    expect(objects).not.to.have.property('PersistentVolumeClaim');
  });

  it('as a Deployment with a disk is replaced, not rolled: two pods cannot hold it', async () => {
    const objects = await objectsOf(
      `volumes: [{ name: data, mountPath: /data, size: 1Gi }, { name: tmp, mountPath: /tmp, emptyDir: true }, { name: tls, mountPath: /tls, secret: cert, readOnly: true }]\n`,
    );
    expect(Object.keys(objects)).to.have.members(['PersistentVolumeClaim', 'Deployment']);
    expect(objects['Deployment']).to.deep.include({ strategy: { type: 'Recreate' } });
    expect(objects['Deployment']).to.have.deep.nested.property('template.spec.volumes', [
      { name: 'data', persistentVolumeClaim: { claimName: 'app-data' } },
      { name: 'tmp', emptyDir: {} },
      { name: 'tls', secret: { secretName: 'cert' } },
    ]);
  });

  it('as a CronJob runs on its schedule, one at a time', async () => {
    const objects = await objectsOf('kind: CronJob\nschedule: "0 3 * * *"\nargs: [clean]\n');
    expect(objects['CronJob']).to.deep.include({
      schedule: '0 3 * * *',
      concurrencyPolicy: 'Forbid',
    });
    expect(objects['CronJob']).to.have.nested.property(
      'jobTemplate.spec.template.spec.restartPolicy',
      'OnFailure',
    );
  });

  it('that does not fit together is refused with every reason', async () => {
    const findings = await findingsOf(
      stack(
        `kind: CronJob\nreplicas: 2\nports: [{ port: 80 }, { port: 80 }]\nprobes: { readiness: { http: { path: /, port: 99 } } }\nvolumes: [{ name: a, mountPath: /a }, { name: a, mountPath: /b, size: 1Gi }]\n`,
      ),
    );
    expect(
      findings.map((line) => line.replace(/^services\.yaml:(\d+):\d+ CK-R-062 /, '$1 ')),
    ).to.deep.equal([
      '13 a CronJob needs a schedule',
      '15 a CronJob has no replicas',
      '16 a CronJob has no ports',
      '16 the port 80/TCP stands here twice',
      '17 a CronJob has no probes',
      '17 the workload has no port 99',
      '18 a volume has exactly one of size, emptyDir, secret, configMap',
      '18 there are two volumes named a',
    ]);
  });

  it('keeps a disk for one pod', async () => {
    const findings = await findingsOf(
      stack('replicas: 2\nvolumes: [{ name: a, mountPath: /a, size: 1Gi }]\n'),
    );
    expect(findings).to.deep.equal([
      'services.yaml:15:19 CK-R-062 a disk belongs to one pod: use a StatefulSet, or one replica',
    ]);
  });
});
