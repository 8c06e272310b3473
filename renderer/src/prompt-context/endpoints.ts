import type { PromptEndpoint } from '@codex-k8s/schema';
import { isRecord } from '../objects/index.ts';
import type { Value } from '../yaml/index.ts';

/** An object of a unit, as far as endpoints are concerned. */
export interface AddressedObject {
  kind: string;
  name: string;
  namespace: string | undefined;
  value: { [key: string]: Value };
}

/** Where an object answers: a Service inside the cluster, an Ingress from outside. */
export function endpointsOf(object: AddressedObject): PromptEndpoint[] {
  const spec = isRecord(object.value['spec']) ? object.value['spec'] : {};
  if (object.kind === 'Service') return serviceEndpoints(object, spec);
  return object.kind === 'Ingress' ? ingressEndpoints(spec) : [];
}

function serviceEndpoints(
  { name, namespace }: AddressedObject,
  spec: { [key: string]: Value },
): PromptEndpoint[] {
  if (spec['type'] === 'ExternalName') return [];
  const host = namespace === undefined ? name : `${name}.${namespace}.svc`;
  return listOf(spec['ports']).flatMap(({ name: port, port: number, protocol = 'TCP' }) => {
    if (typeof number !== 'number') return [];
    const speaksHttp =
      protocol === 'TCP' && typeof port === 'string' && /^https?(?:-|$)/.test(port);
    const scheme = speaksHttp && port.startsWith('https') ? 'https' : 'http';
    const address = `${speaksHttp ? `${scheme}://` : ''}${host}:${number}`;
    return [
      { access: 'cluster' as const, address, ...(typeof port === 'string' ? { name: port } : {}) },
    ];
  });
}

function ingressEndpoints(spec: { [key: string]: Value }): PromptEndpoint[] {
  const encrypted = new Set(
    listOf(spec['tls']).flatMap(({ hosts }) => (Array.isArray(hosts) ? hosts : [])),
  );
  return listOf(spec['rules']).flatMap(({ host, http }) => {
    if (typeof host !== 'string') return [];
    const paths = listOf(isRecord(http) ? http['paths'] : undefined);
    const scheme = encrypted.has(host) ? 'https' : 'http';
    return paths.map(({ path }) => ({
      access: 'public' as const,
      address: `${scheme}://${host}${typeof path === 'string' ? path : '/'}`,
    }));
  });
}

function listOf(value: Value | undefined): { [key: string]: Value }[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
