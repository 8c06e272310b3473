import { currentTarget } from '../binaries/index.ts';
import type { ApiServer } from './api-server.ts';

const nodeName = 'simulated';

/** Registers the node that kwok plays, and a default storage class whose claims it binds. */
export async function createSimulatedNode(api: ApiServer): Promise<void> {
  await api.create('/api/v1/nodes', {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: nodeName,
      annotations: { 'kwok.x-k8s.io/node': 'fake' },
      labels: {
        'kubernetes.io/hostname': nodeName,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': currentTarget().arch,
        'simulation.codex-k8s.dev/simulated': 'true',
      },
    },
  });
  await api.create('/apis/storage.k8s.io/v1/storageclasses', {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: {
      name: 'simulated',
      annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
    },
    provisioner: 'simulation.codex-k8s.dev/volume',
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'Immediate',
  });
}

/** Whether a Deployment made now would get running pods: the node is ready, and the controllers work. */
export async function canRunPods(api: ApiServer): Promise<boolean> {
  try {
    const node = await api.read(`/api/v1/nodes/${nodeName}`);
    const conditions = at(at(node, 'status'), 'conditions');
    const ready =
      Array.isArray(conditions) &&
      conditions.some(
        (each: unknown) => at(each, 'type') === 'Ready' && at(each, 'status') === 'True',
      );
    if (!ready || at(at(node, 'spec'), 'taints') !== undefined) return false;
    // Pods need the account that the controller manager makes in each namespace.
    return (await api.read('/api/v1/namespaces/default/serviceaccounts/default')) !== undefined;
  } catch {
    return false;
  }
}

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
