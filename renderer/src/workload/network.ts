import { findPort, portsOf } from './check.ts';
import { selectorLabels } from './pod.ts';
import type { ObjectValue, WorkloadUnit } from './workload-objects.ts';

/** The Service of a workload with ports, named like the unit; headless for a StatefulSet. */
export function service(unit: WorkloadUnit): ObjectValue | undefined {
  const ports = portsOf(unit.workload);
  if (ports.length === 0) return undefined;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: unit.name, labels: selectorLabels(unit) },
    spec: {
      ...(unit.workload.kind === 'StatefulSet' ? { clusterIP: 'None' } : {}),
      selector: selectorLabels(unit),
      ports: ports.map(({ name, port, protocol }) => ({ name, port, targetPort: name, protocol })),
    },
  };
}

export function ingress(unit: WorkloadUnit): ObjectValue | undefined {
  const declared = unit.workload.ingress;
  if (declared === undefined) return undefined;
  const { host, path = '/', className, tlsSecret } = declared;
  const port = findPort(unit.workload, declared.port)?.name ?? '';
  const backend = { service: { name: unit.name, port: { name: port } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: unit.name, labels: selectorLabels(unit) },
    spec: {
      ...(className === undefined ? {} : { ingressClassName: className }),
      ...(tlsSecret === undefined ? {} : { tls: [{ hosts: [host], secretName: tlsSecret }] }),
      rules: [{ host, http: { paths: [{ path, pathType: 'Prefix', backend }] } }],
    },
  };
}
