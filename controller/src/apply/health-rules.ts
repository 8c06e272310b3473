import { asObject, type KubernetesObject } from '../kubernetes/index.ts';
import {
  condition,
  current,
  failed,
  integer,
  progressing,
  string,
  type HealthVerdict,
} from './health-verdict.ts';

type HealthRule = (object: KubernetesObject) => HealthVerdict;

const always: HealthRule = () => current();

/** The rules of built-in kinds, by `group/Kind`; kinds without one are judged by their conditions. */
export const builtInRules: Record<string, HealthRule> = {
  'apps/Deployment': deployment,
  'apps/StatefulSet': statefulSet,
  'apps/DaemonSet': daemonSet,
  'apps/ReplicaSet': replicaSet,
  'batch/Job': job,
  'batch/CronJob': always,
  '/Pod': pod,
  '/PersistentVolumeClaim': persistentVolumeClaim,
  '/Service': service,
  '/Namespace': namespace,
  // An Ingress without a controller has no address forever, and scaling is not an illness.
  'networking.k8s.io/Ingress': always,
  'autoscaling/HorizontalPodAutoscaler': always,
  'policy/PodDisruptionBudget': podDisruptionBudget,
  'apiextensions.k8s.io/CustomResourceDefinition': customResourceDefinition,
};

function parts(object: KubernetesObject) {
  return { spec: asObject(object['spec']), status: asObject(object['status']) };
}

function deployment(object: KubernetesObject): HealthVerdict {
  const { spec, status } = parts(object);
  const progress = condition(status, 'Progressing');
  if (progress?.reason === 'ProgressDeadlineExceeded') return failed(progress.text);
  const wanted = integer(spec, 'replicas') ?? 1;
  const existing = integer(status, 'replicas') ?? 0;
  const updated = integer(status, 'updatedReplicas') ?? 0;
  const available = integer(status, 'availableReplicas') ?? 0;
  const ready = integer(status, 'readyReplicas') ?? 0;
  // Says why no pod comes (quota, admission) long before the progress deadline does.
  const refusal = condition(status, 'ReplicaFailure');
  const why = refusal?.status === 'True' ? ` (${refusal.text})` : '';
  if (existing < wanted) return progressing(`${existing} of ${wanted} replicas exist${why}`);
  if (updated < wanted) return progressing(`${updated} of ${wanted} replicas updated${why}`);
  if (existing > updated) return progressing(`${existing - updated} old replicas left`);
  if (available < updated) return progressing(`${available} of ${updated} replicas available`);
  if (ready < wanted) return progressing(`${ready} of ${wanted} replicas ready`);
  const hasDeadline = integer(spec, 'progressDeadlineSeconds') !== undefined;
  if (
    hasDeadline &&
    !(progress?.status === 'True' && progress.reason === 'NewReplicaSetAvailable')
  ) {
    return progressing('the new replica set is not available yet');
  }
  const availability = condition(status, 'Available');
  if (availability?.status !== 'True') return progressing(availability?.text ?? 'is not available');
  return current();
}

function statefulSet(object: KubernetesObject): HealthVerdict {
  const { spec, status } = parts(object);
  const strategy = asObject(spec?.['updateStrategy']);
  if (string(strategy, 'type') === 'OnDelete') return current();
  const wanted = integer(spec, 'replicas') ?? 1;
  const existing = integer(status, 'replicas') ?? 0;
  const ready = integer(status, 'readyReplicas') ?? 0;
  const updated = integer(status, 'updatedReplicas') ?? 0;
  if (existing < wanted) return progressing(`${existing} of ${wanted} replicas exist`);
  if (ready < wanted) return progressing(`${ready} of ${wanted} replicas ready`);
  if (existing > wanted) return progressing(`${existing - wanted} replicas too many`);
  const partition = integer(asObject(strategy?.['rollingUpdate']), 'partition');
  if (partition !== undefined) {
    if (updated >= wanted - partition) return current();
    return progressing(`${updated} of ${wanted - partition} replicas updated`);
  }
  const currentReplicas = integer(status, 'currentReplicas') ?? 0;
  if (currentReplicas < wanted) {
    return progressing(`${currentReplicas} of ${wanted} replicas current`);
  }
  if (string(status, 'currentRevision') !== string(status, 'updateRevision')) {
    return progressing('waits for the updated revision');
  }
  return current();
}

function daemonSet(object: KubernetesObject): HealthVerdict {
  const { status } = parts(object);
  // Without it the controller has not looked at the object at all, and zero would equal zero.
  if (integer(status, 'observedGeneration') === undefined)
    return progressing('is not observed yet');
  const wanted = integer(status, 'desiredNumberScheduled');
  if (wanted === undefined) return progressing('the desired number is not known yet');
  const counts = [
    ['currentNumberScheduled', 'scheduled'],
    ['updatedNumberScheduled', 'updated'],
    ['numberAvailable', 'available'],
    ['numberReady', 'ready'],
  ] as const;
  for (const [field, word] of counts) {
    const count = integer(status, field) ?? 0;
    if (count < wanted) return progressing(`${count} of ${wanted} pods ${word}`);
  }
  return current();
}

function replicaSet(object: KubernetesObject): HealthVerdict {
  const { spec, status } = parts(object);
  const refusal = condition(status, 'ReplicaFailure');
  if (refusal?.status === 'True') return progressing(refusal.text);
  const wanted = integer(spec, 'replicas') ?? 1;
  for (const [field, word] of [
    ['fullyLabeledReplicas', 'labelled'],
    ['availableReplicas', 'available'],
    ['readyReplicas', 'ready'],
  ] as const) {
    const count = integer(status, field) ?? 0;
    if (count < wanted) return progressing(`${count} of ${wanted} replicas ${word}`);
  }
  const existing = integer(status, 'replicas') ?? 0;
  if (existing > wanted) return progressing(`${existing - wanted} replicas too many`);
  return current();
}

function job(object: KubernetesObject): HealthVerdict {
  const { spec, status } = parts(object);
  if (condition(status, 'Complete')?.status === 'True') return current();
  const failure = condition(status, 'Failed');
  if (failure?.status === 'True') return failed(failure.text);
  if (spec?.['suspend'] === true) return progressing('is suspended');
  if (string(status, 'startTime') === undefined) return progressing('has not started');
  const succeeded = integer(status, 'succeeded') ?? 0;
  return progressing(`${succeeded} of ${integer(spec, 'completions') ?? 1} pods succeeded`);
}

function pod(object: KubernetesObject): HealthVerdict {
  const { status } = parts(object);
  const phase = string(status, 'phase') ?? '';
  if (phase === 'Succeeded') return current();
  if (phase === 'Failed') return failed(string(status, 'message') ?? 'ended without success');
  if (phase === 'Running') {
    if (condition(status, 'Ready')?.status === 'True') return current();
    const looping = crashLooping(status);
    if (looping !== '') return failed(`CrashLoopBackOff: ${looping}`);
    return progressing('runs, but is not ready');
  }
  const scheduled = condition(status, 'PodScheduled');
  if (scheduled?.status === 'False') return progressing(scheduled.text);
  return progressing(phase === '' ? 'is not observed yet' : 'is pending');
}

function crashLooping(status: Record<string, unknown> | undefined): string {
  const containers = status?.['containerStatuses'];
  if (!Array.isArray(containers)) return '';
  return containers
    .map((entry: unknown) => asObject(entry))
    .filter((container) => {
      const waiting = asObject(asObject(container?.['state'])?.['waiting']);
      return waiting?.['reason'] === 'CrashLoopBackOff';
    })
    .map((container) => string(container, 'name') ?? '')
    .join(', ');
}

function persistentVolumeClaim(object: KubernetesObject): HealthVerdict {
  const phase = string(parts(object).status, 'phase') ?? 'Pending';
  return phase === 'Bound' ? current() : progressing(`is ${phase}, not Bound`);
}

function service(object: KubernetesObject): HealthVerdict {
  const { spec } = parts(object);
  if (string(spec, 'type') !== 'LoadBalancer') return current();
  return (string(spec, 'clusterIP') ?? '') === ''
    ? progressing('has no cluster IP yet')
    : current();
}

function namespace(object: KubernetesObject): HealthVerdict {
  const phase = string(parts(object).status, 'phase') ?? 'Active';
  return phase === 'Active' ? current() : { status: 'terminating', message: `is ${phase}` };
}

function podDisruptionBudget(object: KubernetesObject): HealthVerdict {
  const observed = integer(parts(object).status, 'observedGeneration');
  return observed === undefined ? progressing('is not observed yet') : current();
}

function customResourceDefinition(object: KubernetesObject): HealthVerdict {
  const { status } = parts(object);
  const names = condition(status, 'NamesAccepted');
  if (names?.status === 'False') return failed(names.text);
  const established = condition(status, 'Established');
  if (established?.status === 'True') return current();
  if (established?.status === 'False' && established.reason !== 'Installing') {
    return failed(established.text);
  }
  return progressing('is being installed');
}
