import type { Probe, Workload } from '@codex-k8s/schema';
import type { Value } from '../yaml/index.ts';
import { findPort, portsOf } from './check.ts';
import { podVolumes, volumeMounts } from './volumes.ts';
import type { WorkloadUnit } from './workload-objects.ts';

type Fields = { [key: string]: Value };
type EnvValue = NonNullable<Workload['env']>[string];

/** Labels by which Service and controller find the pods; they can never change. */
export function selectorLabels(unit: WorkloadUnit): Fields {
  return { 'app.kubernetes.io/name': unit.name };
}

/**
 * The pod of a workload. Without a service account it gets no token, no workload gains privileges
 * or sees the Services of the namespace as environment variables.
 */
export function podTemplate(unit: WorkloadUnit): { metadata: Fields; spec: Fields } {
  const { serviceAccount, terminationGracePeriodSeconds: grace } = unit.workload;
  const volumes = podVolumes(unit);
  const { podAnnotations } = unit;
  return {
    metadata: {
      labels: selectorLabels(unit),
      ...(podAnnotations === undefined ? {} : { annotations: { ...podAnnotations } }),
    },
    spec: {
      ...(serviceAccount === undefined
        ? { automountServiceAccountToken: false }
        : { serviceAccountName: serviceAccount }),
      enableServiceLinks: false,
      ...(grace === undefined ? {} : { terminationGracePeriodSeconds: grace }),
      securityContext: podSecurity(unit.workload),
      containers: [container(unit)],
      ...(volumes.length === 0 ? {} : { volumes }),
    },
  };
}

function container(unit: WorkloadUnit): Fields {
  const { workload } = unit;
  const { command, args, env, resources, probes } = workload;
  const ports = portsOf(workload);
  const mounts = volumeMounts(workload);
  return {
    name: unit.name,
    image: workload.image,
    ...(unit.imagePullPolicy === undefined ? {} : { imagePullPolicy: unit.imagePullPolicy }),
    ...(command === undefined ? {} : { command }),
    ...(args === undefined ? {} : { args }),
    ...(ports.length === 0
      ? {}
      : {
          ports: ports.map(({ name, targetPort, protocol }) => ({
            name,
            containerPort: targetPort,
            // The list merges by port and protocol: without it, two appliers would fight.
            protocol,
          })),
        }),
    ...(env === undefined
      ? {}
      : { env: Object.entries(env).map(([name, value]) => envEntry(name, value)) }),
    ...(resources === undefined ? {} : { resources: quantities(resources) }),
    ...(probes?.startup === undefined ? {} : { startupProbe: probe(workload, probes.startup) }),
    ...(probes?.readiness === undefined
      ? {}
      : { readinessProbe: probe(workload, probes.readiness) }),
    ...(probes?.liveness === undefined ? {} : { livenessProbe: probe(workload, probes.liveness) }),
    securityContext: containerSecurity(workload),
    ...(mounts.length === 0 ? {} : { volumeMounts: mounts }),
  };
}

function envEntry(name: string, value: EnvValue): Fields {
  if (typeof value !== 'object') return { name, value: String(value) };
  if (value.secret !== undefined) return { name, valueFrom: { secretKeyRef: { ...value.secret } } };
  if (value.configMap !== undefined)
    return { name, valueFrom: { configMapKeyRef: { ...value.configMap } } };
  return { name, valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: value.field ?? '' } } };
}

function quantities(resources: NonNullable<Workload['resources']>): Fields {
  return Object.fromEntries(
    Object.entries(resources).map(([kind, list]: [string, object]) => [
      kind,
      Object.fromEntries(Object.entries(list).map(([name, value]) => [name, String(value)])),
    ]),
  );
}

function probe(workload: Workload, { http, tcp, exec, ...timing }: Probe): Fields {
  if (exec !== undefined) return { exec: { command: exec }, ...timing };
  const port = findPort(workload, http?.port ?? tcp?.port)?.name ?? '';
  return http === undefined
    ? { tcpSocket: { port }, ...timing }
    : { httpGet: { path: http.path, port }, ...timing };
}

function podSecurity({ security = {} }: Workload): Fields {
  const { readOnlyRootFilesystem: _, ...pod } = security;
  return { ...pod, seccompProfile: { type: 'RuntimeDefault' } };
}

function containerSecurity({ security = {} }: Workload): Fields {
  const { readOnlyRootFilesystem } = security;
  return {
    allowPrivilegeEscalation: false,
    ...(readOnlyRootFilesystem === undefined ? {} : { readOnlyRootFilesystem }),
  };
}
