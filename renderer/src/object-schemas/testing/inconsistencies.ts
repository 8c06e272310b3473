import type { Value } from '../../yaml/index.ts';
import type { Specimen } from './specimens.ts';

type Fields = { [key: string]: Value };

function configMap(name: string): Specimen {
  const path = `/api/v1/namespaces/default/configmaps/${encodeURIComponent(name)}`;
  return { path, object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } } };
}

function role(name: string): Specimen {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const path = `/apis/${apiVersion}/namespaces/default/roles/${encodeURIComponent(name)}`;
  return { path, object: { apiVersion, kind: 'Role', metadata: { name } } };
}

function workload(
  kind: string,
  spec: Fields,
  pod: Fields,
  labels: Fields = { app: 'web' },
): Specimen {
  const group = kind === 'Job' ? 'batch/v1' : 'apps/v1';
  const path = `/apis/${group}/namespaces/default/${kind.toLowerCase()}s/consistent`;
  const containers = [{ name: 'main', image: 'app:1', ...pod }];
  const template = {
    metadata: { labels },
    spec: { containers, ...(kind === 'Job' ? { restartPolicy: 'Never' } : {}) },
  };
  const selector = kind === 'Job' ? {} : { selector: { matchLabels: { app: 'web' } } };
  return {
    path,
    object: {
      apiVersion: group,
      kind,
      metadata: { name: 'consistent' },
      spec: { ...selector, template, ...spec },
    },
  };
}

const mount = { volumeMounts: [{ name: 'data', mountPath: '/data' }] };
const claims = {
  volumeClaimTemplates: [
    {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    },
  ],
};
const jobPod = (more: Fields): Fields => ({
  template: { spec: { containers: [{ name: 'main', image: 'app:1' }], ...more } },
});

/** Objects whose parts do not fit together, beside ones that look alike and do. */
export const inconsistencies: readonly (Specimen & { isFine: boolean })[] = [
  { ...configMap('a.b-c.1'), isFine: true },
  { ...configMap('My_App'), isFine: false },
  { ...configMap('-a'), isFine: false },
  { ...configMap('a..b'), isFine: false },
  { ...configMap('a'.repeat(254)), isFine: false },
  { ...role('system:reader'), isFine: true },
  { ...workload('Deployment', {}, {}), isFine: true },
  { ...workload('Deployment', {}, {}, { app: 'api' }), isFine: false },
  { ...workload('Deployment', {}, {}, { app: 'web', tier: 'x y' }), isFine: false },
  { ...workload('Deployment', {}, mount), isFine: false },
  { ...workload('StatefulSet', claims, mount), isFine: true },
  { ...workload('StatefulSet', {}, mount), isFine: false },
  { ...workload('Job', {}, {}), isFine: true },
  { ...workload('Job', jobPod({}), {}), isFine: false },
  { ...workload('Job', jobPod({ restartPolicy: 'Always' }), {}), isFine: false },
];
