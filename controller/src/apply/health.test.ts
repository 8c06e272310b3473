import { expect } from 'chai';
import { healthOf } from './health.ts';

type Fields = Record<string, unknown>;

function verdict(
  kind: string,
  fields: {
    spec?: Fields;
    status?: Fields;
    generation?: number;
    deletionTimestamp?: string;
    apiVersion?: string;
  },
): string {
  const { spec, status, generation = 1, deletionTimestamp, apiVersion } = fields;
  const versions: Record<string, string> = {
    Deployment: 'apps/v1',
    StatefulSet: 'apps/v1',
    DaemonSet: 'apps/v1',
    ReplicaSet: 'apps/v1',
    Job: 'batch/v1',
    CronJob: 'batch/v1',
    Ingress: 'networking.k8s.io/v1',
    HorizontalPodAutoscaler: 'autoscaling/v2',
    PodDisruptionBudget: 'policy/v1',
    CustomResourceDefinition: 'apiextensions.k8s.io/v1',
    Widget: 'example.com/v1',
  };
  const { status: found, message } = healthOf({
    apiVersion: apiVersion ?? versions[kind] ?? 'v1',
    kind,
    metadata: {
      name: 'x',
      uid: 'u',
      resourceVersion: '1',
      generation,
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    },
    ...(spec === undefined ? {} : { spec }),
    ...(status === undefined ? {} : { status }),
  });
  return message === undefined ? found : `${found}: ${message}`;
}

const available = [
  { type: 'Available', status: 'True' },
  { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
];
const rolledOut = {
  observedGeneration: 1,
  replicas: 2,
  updatedReplicas: 2,
  readyReplicas: 2,
  availableReplicas: 2,
  conditions: available,
};

describe('the health of a Deployment', () => {
  const spec = { replicas: 2, progressDeadlineSeconds: 600 };
  const cases: [string, Fields, string][] = [
    ['rolled out', rolledOut, 'current'],
    ['just created', {}, 'progressing: 0 of 2 replicas exist'],
    [
      'of an older generation',
      { ...rolledOut, observedGeneration: 0 },
      'progressing: generation 1 is not observed yet',
    ],
    ['updating', { ...rolledOut, updatedReplicas: 1 }, 'progressing: 1 of 2 replicas updated'],
    ['with old pods left', { ...rolledOut, replicas: 3 }, 'progressing: 1 old replicas left'],
    [
      'not available',
      { ...rolledOut, availableReplicas: 1 },
      'progressing: 1 of 2 replicas available',
    ],
    ['not ready', { ...rolledOut, readyReplicas: 1 }, 'progressing: 1 of 2 replicas ready'],
    [
      'stuck',
      {
        ...rolledOut,
        updatedReplicas: 1,
        conditions: [
          {
            type: 'Progressing',
            status: 'False',
            reason: 'ProgressDeadlineExceeded',
            message: 'too slow',
          },
        ],
      },
      'failed: ProgressDeadlineExceeded: too slow',
    ],
    [
      'refused by a quota',
      {
        conditions: [
          {
            type: 'ReplicaFailure',
            status: 'True',
            reason: 'FailedCreate',
            message: 'exceeded quota',
          },
        ],
      },
      'progressing: 0 of 2 replicas exist (FailedCreate: exceeded quota)',
    ],
  ];
  for (const [name, status, expected] of cases) {
    it(`${name}: ${expected}`, () =>
      expect(verdict('Deployment', { spec, status })).to.equal(expected));
  }

  it('scaled to nothing: current', () => {
    const status = { observedGeneration: 1, conditions: available };
    expect(verdict('Deployment', { spec: { ...spec, replicas: 0 }, status })).to.equal('current');
  });

  it('being deleted: terminating', () => {
    expect(verdict('Deployment', { spec, status: rolledOut, deletionTimestamp: 'now' })).to.match(
      /^terminating/,
    );
  });
});

describe('the health of other workloads', () => {
  const cases: [string, string, Parameters<typeof verdict>[1], string][] = [
    [
      'a StatefulSet rolled out',
      'StatefulSet',
      {
        spec: {
          replicas: 2,
          updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
        },
        status: { replicas: 2, readyReplicas: 2, updatedReplicas: 2 },
      },
      'current',
    ],
    [
      'a StatefulSet updating',
      'StatefulSet',
      {
        spec: { replicas: 2, updateStrategy: { rollingUpdate: { partition: 0 } } },
        status: { replicas: 2, readyReplicas: 2, updatedReplicas: 1 },
      },
      'progressing: 1 of 2 replicas updated',
    ],
    [
      'a StatefulSet held by its partition',
      'StatefulSet',
      {
        spec: { replicas: 2, updateStrategy: { rollingUpdate: { partition: 1 } } },
        status: { replicas: 2, readyReplicas: 2, updatedReplicas: 1 },
      },
      'current',
    ],
    [
      'a StatefulSet between revisions',
      'StatefulSet',
      {
        spec: { replicas: 1 },
        status: {
          replicas: 1,
          readyReplicas: 1,
          currentReplicas: 1,
          currentRevision: 'a',
          updateRevision: 'b',
        },
      },
      'progressing: waits for the updated revision',
    ],
    [
      'a StatefulSet updated by hand',
      'StatefulSet',
      { spec: { updateStrategy: { type: 'OnDelete' } } },
      'current',
    ],
    [
      'a DaemonSet nobody looked at',
      'DaemonSet',
      { status: { desiredNumberScheduled: 0 } },
      'progressing: is not observed yet',
    ],
    [
      'a DaemonSet without nodes',
      'DaemonSet',
      { status: { observedGeneration: 1, desiredNumberScheduled: 0 } },
      'current',
    ],
    [
      'a DaemonSet rolling out',
      'DaemonSet',
      {
        status: {
          observedGeneration: 1,
          desiredNumberScheduled: 2,
          currentNumberScheduled: 2,
          updatedNumberScheduled: 2,
          numberAvailable: 1,
          numberReady: 2,
        },
      },
      'progressing: 1 of 2 pods available',
    ],
    [
      'a ReplicaSet',
      'ReplicaSet',
      {
        spec: { replicas: 1 },
        status: { replicas: 1, fullyLabeledReplicas: 1, availableReplicas: 1, readyReplicas: 1 },
      },
      'current',
    ],
    ['a Job not started', 'Job', { status: {} }, 'progressing: has not started'],
    [
      'a Job running',
      'Job',
      { spec: { completions: 2 }, status: { startTime: 't', succeeded: 1 } },
      'progressing: 1 of 2 pods succeeded',
    ],
    [
      'a Job completed',
      'Job',
      { status: { startTime: 't', conditions: [{ type: 'Complete', status: 'True' }] } },
      'current',
    ],
    [
      'a Job failed',
      'Job',
      {
        status: {
          startTime: 't',
          conditions: [
            { type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', message: 'no more' },
          ],
        },
      },
      'failed: BackoffLimitExceeded: no more',
    ],
    ['a CronJob', 'CronJob', {}, 'current'],
    [
      'a Pod ready',
      'Pod',
      { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } },
      'current',
    ],
    [
      'a Pod that crashes',
      'Pod',
      {
        status: {
          phase: 'Running',
          containerStatuses: [{ name: 'app', state: { waiting: { reason: 'CrashLoopBackOff' } } }],
        },
      },
      'failed: CrashLoopBackOff: app',
    ],
    [
      'a Pod without a node',
      'Pod',
      {
        status: {
          phase: 'Pending',
          conditions: [
            { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'no node' },
          ],
        },
      },
      'progressing: Unschedulable: no node',
    ],
    ['a Pod that ended', 'Pod', { status: { phase: 'Succeeded' } }, 'current'],
    [
      'a Pod that failed',
      'Pod',
      { status: { phase: 'Failed', message: 'evicted' } },
      'failed: evicted',
    ],
  ];
  for (const [name, kind, fields, expected] of cases) {
    it(`${name}: ${expected}`, () => expect(verdict(kind, fields)).to.equal(expected));
  }
});

describe('the health of everything else', () => {
  const cases: [string, string, Parameters<typeof verdict>[1], string][] = [
    ['a claim bound', 'PersistentVolumeClaim', { status: { phase: 'Bound' } }, 'current'],
    [
      'a claim pending',
      'PersistentVolumeClaim',
      { status: { phase: 'Pending' } },
      'progressing: is Pending, not Bound',
    ],
    ['a Service', 'Service', { spec: { type: 'ClusterIP' } }, 'current'],
    [
      'a load balancer without an address',
      'Service',
      { spec: { type: 'LoadBalancer' } },
      'progressing: has no cluster IP yet',
    ],
    ['an Ingress without an address', 'Ingress', {}, 'current'],
    [
      'an autoscaler that scales',
      'HorizontalPodAutoscaler',
      { status: { conditions: [{ type: 'ScalingActive', status: 'False' }] } },
      'current',
    ],
    [
      'a budget nobody looked at',
      'PodDisruptionBudget',
      { status: {} },
      'progressing: is not observed yet',
    ],
    ['a Namespace', 'Namespace', { status: { phase: 'Active' } }, 'current'],
    ['a ConfigMap', 'ConfigMap', {}, 'current'],
    [
      'a CRD being installed',
      'CustomResourceDefinition',
      { status: {} },
      'progressing: is being installed',
    ],
    [
      'a CRD whose names are taken',
      'CustomResourceDefinition',
      {
        status: {
          conditions: [
            { type: 'NamesAccepted', status: 'False', reason: 'Taken', message: 'by another' },
          ],
        },
      },
      'failed: Taken: by another',
    ],
    [
      'a CRD established',
      'CustomResourceDefinition',
      { status: { conditions: [{ type: 'Established', status: 'True' }] } },
      'current',
    ],
    ['a custom resource without a status', 'Widget', {}, 'current'],
    [
      'a custom resource not ready',
      'Widget',
      {
        status: {
          conditions: [{ type: 'Ready', status: 'False', reason: 'Waiting', message: 'for disk' }],
        },
      },
      'progressing: Waiting: for disk',
    ],
    [
      'a custom resource that stalled',
      'Widget',
      {
        status: {
          conditions: [{ type: 'Stalled', status: 'True', reason: 'Broken', message: '' }],
        },
      },
      'failed: Broken',
    ],
    [
      'a custom resource that reconciles',
      'Widget',
      {
        status: {
          conditions: [
            { type: 'Reconciling', status: 'True', reason: 'Busy' },
            { type: 'Ready', status: 'True' },
          ],
        },
      },
      'progressing: Busy',
    ],
    [
      'a custom resource of an older generation',
      'Widget',
      { generation: 3, status: { observedGeneration: 2 } },
      'progressing: generation 3 is not observed yet',
    ],
    [
      'a custom kind of a built-in name',
      'Deployment',
      { apiVersion: 'example.com/v1', spec: {} },
      'current',
    ],
  ];
  for (const [name, kind, fields, expected] of cases) {
    it(`${name}: ${expected}`, () => expect(verdict(kind, fields)).to.equal(expected));
  }
});
