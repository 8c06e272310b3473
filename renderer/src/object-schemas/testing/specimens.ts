import type { Value } from '../../yaml/index.ts';

/** A valid object of a kind and where the API server keeps it. */
export interface Specimen {
  path: string;
  object: { apiVersion: string; kind: string; [key: string]: Value };
}

const labels = { app: 'web' };
const template = (more: { [key: string]: Value } = {}): Value => ({
  metadata: { labels, annotations: { note: 'x' } },
  spec: {
    serviceAccountName: 'default',
    terminationGracePeriodSeconds: 5,
    nodeSelector: { disk: 'ssd' },
    tolerations: [{ key: 'a', operator: 'Equal', value: 'b', effect: 'NoSchedule' }],
    securityContext: {
      runAsNonRoot: true,
      fsGroup: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    initContainers: [{ name: 'init', image: 'busybox:1', command: ['true'] }],
    containers: [
      {
        name: 'web',
        image: 'nginx:1.29',
        imagePullPolicy: 'IfNotPresent',
        args: ['a'],
        ports: [
          { name: 'http', containerPort: 80 },
          { containerPort: 80, protocol: 'UDP' },
        ],
        env: [
          { name: 'A', value: 'b' },
          { name: 'B', valueFrom: { secretKeyRef: { name: 's', key: 'k', optional: true } } },
          { name: 'C', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        ],
        envFrom: [{ prefix: 'P_', configMapRef: { name: 'c' } }],
        resources: { requests: { cpu: '10m', memory: 1048576 }, limits: { memory: '1Gi' } },
        readinessProbe: { httpGet: { path: '/', port: 'http', scheme: 'HTTP' }, periodSeconds: 5 },
        livenessProbe: { tcpSocket: { port: 80 } },
        lifecycle: { preStop: { exec: { command: ['sleep', '1'] } } },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        volumeMounts: [{ name: 'data', mountPath: '/data', readOnly: true }],
      },
    ],
    volumes: [
      { name: 'data', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } },
      { name: 'config', configMap: { name: 'c', items: [{ key: 'a', path: 'b' }] } },
      { name: 'claim', persistentVolumeClaim: { claimName: 'x' } },
      {
        name: 'all',
        projected: {
          sources: [
            { secret: { name: 's' } },
            { serviceAccountToken: { path: 't', expirationSeconds: 3600 } },
          ],
        },
      },
    ],
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 1,
            podAffinityTerm: {
              topologyKey: 'kubernetes.io/hostname',
              labelSelector: {
                matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }],
              },
            },
          },
        ],
      },
    },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'zone',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: labels },
      },
    ],
    ...more,
  },
});

const named = (apiVersion: string, kind: string, rest: { [key: string]: Value }) => ({
  apiVersion,
  kind,
  metadata: { name: 'specimen', labels, annotations: { a: 'b' } },
  ...rest,
});

const inDefault = (group: string, resource: string) =>
  `/${group}/namespaces/default/${resource}/specimen`;

/** One rich object of each kind that people declare most. */
export const specimens: readonly Specimen[] = [
  {
    path: inDefault('apis/apps/v1', 'deployments'),
    object: named('apps/v1', 'Deployment', {
      spec: {
        replicas: 2,
        minReadySeconds: 1,
        revisionHistoryLimit: 3,
        selector: { matchLabels: labels },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 } },
        template: template(),
      },
    }),
  },
  {
    path: inDefault('apis/apps/v1', 'statefulsets'),
    object: named('apps/v1', 'StatefulSet', {
      spec: {
        serviceName: 'web',
        podManagementPolicy: 'Parallel',
        selector: { matchLabels: labels },
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } },
        template: template(),
        volumeClaimTemplates: [
          {
            metadata: { name: 'disk' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        ],
      },
    }),
  },
  {
    path: inDefault('apis/apps/v1', 'daemonsets'),
    object: named('apps/v1', 'DaemonSet', {
      spec: {
        selector: { matchLabels: labels },
        updateStrategy: { type: 'OnDelete' },
        template: template(),
      },
    }),
  },
  {
    path: inDefault('apis/batch/v1', 'jobs'),
    object: named('batch/v1', 'Job', {
      spec: {
        backoffLimit: 1,
        completionMode: 'NonIndexed',
        activeDeadlineSeconds: 60,
        template: template({ restartPolicy: 'Never' }),
      },
    }),
  },
  {
    path: inDefault('apis/batch/v1', 'cronjobs'),
    object: named('batch/v1', 'CronJob', {
      spec: {
        schedule: '* * * * *',
        timeZone: 'Etc/UTC',
        concurrencyPolicy: 'Forbid',
        suspend: true,
        jobTemplate: { spec: { template: template({ restartPolicy: 'OnFailure' }) } },
      },
    }),
  },
  {
    path: inDefault('api/v1', 'services'),
    object: named('v1', 'Service', {
      spec: {
        type: 'ClusterIP',
        selector: labels,
        sessionAffinity: 'None',
        ports: [
          { name: 'http', port: 80, targetPort: 'http' },
          { name: 'dns', port: 80, protocol: 'UDP', targetPort: 53 },
        ],
      },
    }),
  },
  {
    path: inDefault('api/v1', 'configmaps'),
    object: named('v1', 'ConfigMap', {
      data: { a: 'b' },
      binaryData: { c: 'eA==' },
      immutable: true,
    }),
  },
  {
    path: inDefault('api/v1', 'secrets'),
    object: named('v1', 'Secret', { type: 'Opaque', data: { a: 'eA==' }, stringData: { b: 'c' } }),
  },
  {
    path: inDefault('api/v1', 'serviceaccounts'),
    object: named('v1', 'ServiceAccount', {
      automountServiceAccountToken: false,
      imagePullSecrets: [{ name: 'pull' }],
    }),
  },
  {
    path: inDefault('api/v1', 'persistentvolumeclaims'),
    object: named('v1', 'PersistentVolumeClaim', {
      spec: {
        accessModes: ['ReadWriteOnce'],
        volumeMode: 'Filesystem',
        storageClassName: 'standard',
        resources: { requests: { storage: '1Gi' } },
      },
    }),
  },
  {
    path: inDefault('api/v1', 'resourcequotas'),
    object: named('v1', 'ResourceQuota', { spec: { hard: { pods: '10', cpu: 4 } } }),
  },
  {
    path: inDefault('api/v1', 'limitranges'),
    object: named('v1', 'LimitRange', {
      spec: { limits: [{ type: 'Container', default: { memory: '1Gi' }, max: { memory: '2Gi' } }] },
    }),
  },
  {
    path: '/api/v1/namespaces/specimen',
    object: named('v1', 'Namespace', {}),
  },
  {
    path: inDefault('apis/networking.k8s.io/v1', 'ingresses'),
    object: named('networking.k8s.io/v1', 'Ingress', {
      spec: {
        ingressClassName: 'nginx',
        tls: [{ hosts: ['a.example.com'], secretName: 'tls' }],
        rules: [
          {
            host: 'a.example.com',
            http: {
              paths: [
                {
                  path: '/',
                  pathType: 'Prefix',
                  backend: { service: { name: 'web', port: { number: 80 } } },
                },
              ],
            },
          },
        ],
      },
    }),
  },
  {
    path: inDefault('apis/networking.k8s.io/v1', 'networkpolicies'),
    object: named('networking.k8s.io/v1', 'NetworkPolicy', {
      spec: {
        podSelector: { matchLabels: labels },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [
          {
            from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }],
            ports: [{ protocol: 'TCP', port: 'http' }],
          },
        ],
      },
    }),
  },
  {
    path: inDefault('apis/rbac.authorization.k8s.io/v1', 'roles'),
    object: named('rbac.authorization.k8s.io/v1', 'Role', {
      rules: [{ apiGroups: [''], resources: ['pods'], resourceNames: ['a'], verbs: ['get'] }],
    }),
  },
  {
    path: inDefault('apis/rbac.authorization.k8s.io/v1', 'rolebindings'),
    object: named('rbac.authorization.k8s.io/v1', 'RoleBinding', {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'a' },
      subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'default' }],
    }),
  },
  {
    path: inDefault('apis/policy/v1', 'poddisruptionbudgets'),
    object: named('policy/v1', 'PodDisruptionBudget', {
      spec: { minAvailable: '50%', selector: { matchLabels: labels } },
    }),
  },
  {
    path: inDefault('apis/autoscaling/v2', 'horizontalpodautoscalers'),
    object: named('autoscaling/v2', 'HorizontalPodAutoscaler', {
      spec: {
        minReplicas: 1,
        maxReplicas: 3,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
          },
        ],
      },
    }),
  },
  {
    path: '/apis/storage.k8s.io/v1/storageclasses/specimen',
    object: named('storage.k8s.io/v1', 'StorageClass', {
      provisioner: 'x.example.com',
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'WaitForFirstConsumer',
      parameters: { a: 'b' },
    }),
  },
  {
    path: '/apis/scheduling.k8s.io/v1/priorityclasses/specimen',
    object: named('scheduling.k8s.io/v1', 'PriorityClass', {
      value: 10,
      preemptionPolicy: 'Never',
      description: 'x',
    }),
  },
];
