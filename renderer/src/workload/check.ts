import type { Probe, Workload, WorkloadVolume } from '@codex-k8s/schema';

/** Something in a workload that the schema cannot say. */
export interface WorkloadProblem {
  /** Path inside the workload. */
  path: (string | number)[];
  message: string;
}

const volumeSources = ['size', 'emptyDir', 'secret', 'configMap'] as const;
const probeKinds = ['http', 'tcp', 'exec'] as const;

/** Everything in a workload that does not fit together. */
export function checkWorkload(workload: Workload): WorkloadProblem[] {
  return [
    ...checkKind(workload),
    ...checkPorts(workload),
    ...checkProbes(workload),
    ...(workload.volumes ?? []).flatMap((volume, index) => checkVolume(workload, volume, index)),
  ];
}

function checkKind(workload: Workload): WorkloadProblem[] {
  const { kind = 'Deployment', schedule } = workload;
  if (kind !== 'CronJob')
    return schedule === undefined
      ? []
      : [{ path: ['schedule'], message: 'only a CronJob has a schedule' }];
  const unfit = (['replicas', 'ports', 'probes', 'ingress'] as const).filter(
    (field) => workload[field] !== undefined,
  );
  return [
    ...(schedule === undefined ? [{ path: [], message: 'a CronJob needs a schedule' }] : []),
    ...unfit.map((field) => ({ path: [field], message: `a CronJob has no ${field}` })),
  ];
}

function checkPorts(workload: Workload): WorkloadProblem[] {
  const problems: WorkloadProblem[] = [];
  const seen = new Set<string>();
  for (const [index, port] of portsOf(workload).entries()) {
    for (const key of [port.name, `${port.port}/${port.protocol}`]) {
      if (seen.has(key))
        problems.push({ path: ['ports', index], message: `the port ${key} stands here twice` });
      seen.add(key);
    }
  }
  const { ingress } = workload;
  if (ingress !== undefined)
    problems.push(...checkPortReference(workload, ingress.port, ['ingress']));
  return problems;
}

function checkProbes(workload: Workload): WorkloadProblem[] {
  return Object.entries(workload.probes ?? {}).flatMap(([name, probe]: [string, Probe]) => {
    const path = ['probes', name];
    const kinds = probeKinds.filter((kind) => probe[kind] !== undefined);
    if (kinds.length !== 1)
      return [{ path, message: 'a probe has exactly one of http, tcp, exec' }];
    return probe.exec === undefined
      ? checkPortReference(workload, probe.http?.port ?? probe.tcp?.port, path)
      : [];
  });
}

function checkPortReference(
  workload: Workload,
  reference: string | number | undefined,
  path: string[],
): WorkloadProblem[] {
  const ports = portsOf(workload);
  if (reference === undefined)
    return ports.length > 0
      ? []
      : [{ path, message: 'there is no port to use: the workload has no ports' }];
  if (ports.some((port) => port.name === reference || port.port === reference)) return [];
  return [{ path: [...path], message: `the workload has no port ${reference}` }];
}

function checkVolume(workload: Workload, volume: WorkloadVolume, index: number): WorkloadProblem[] {
  const path = ['volumes', index];
  const sources = volumeSources.filter((source) => volume[source] !== undefined);
  if (sources.length !== 1)
    return [{ path, message: 'a volume has exactly one of size, emptyDir, secret, configMap' }];
  const first = workload.volumes?.findIndex((other) => other.name === volume.name);
  if (first !== index && first !== undefined)
    return [{ path, message: `there are two volumes named ${volume.name}` }];
  if (
    volume.size !== undefined &&
    (workload.kind ?? 'Deployment') === 'Deployment' &&
    (workload.replicas ?? 1) > 1
  )
    return [{ path, message: 'a disk belongs to one pod: use a StatefulSet, or one replica' }];
  return [];
}

/** A port with its defaults. */
export interface WorkloadPortWithDefaults {
  name: string;
  port: number;
  targetPort: number;
  protocol: 'TCP' | 'UDP';
}

/** The ports of a workload with their defaults. */
export function portsOf(workload: Workload): WorkloadPortWithDefaults[] {
  return (workload.ports ?? []).map((port, index) => ({
    name: port.name ?? (index === 0 ? 'http' : `port-${port.port}`),
    port: port.port,
    targetPort: port.targetPort ?? port.port,
    protocol: port.protocol ?? 'TCP',
  }));
}

/** The port that a reference by name or number means; the first one without a reference. */
export function findPort(
  workload: Workload,
  reference: string | number | undefined,
): WorkloadPortWithDefaults | undefined {
  const ports = portsOf(workload);
  if (reference === undefined) return ports[0];
  return ports.find((port) => port.name === reference || port.port === reference);
}
