import type { Value } from '../yaml/index.ts';
import { isRecord } from './kubernetes-object.ts';

/** Names of the secrets that pods in an object read. */
export function secretsReadBy(value: Value, found = new Set<string>()): ReadonlySet<string> {
  if (Array.isArray(value)) {
    for (const item of value) secretsReadBy(item, found);
    return found;
  }
  if (!isRecord(value)) return found;
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'secretKeyRef' || key === 'secretRef') addName(inner, 'name', found);
    else if (key === 'imagePullSecrets' && Array.isArray(inner))
      for (const item of inner) addName(item, 'name', found);
    else if (key === 'volumes' && Array.isArray(inner))
      for (const item of inner) if (isRecord(item)) addVolume(item, found);
    secretsReadBy(inner, found);
  }
  return found;
}

function addVolume({ secret, projected }: { [key: string]: Value }, found: Set<string>): void {
  addName(secret, 'secretName', found);
  const sources = isRecord(projected) ? projected['sources'] : undefined;
  if (!Array.isArray(sources)) return;
  for (const source of sources) if (isRecord(source)) addName(source['secret'], 'name', found);
}

function addName(value: Value | undefined, field: string, found: Set<string>): void {
  const name = isRecord(value) ? value[field] : undefined;
  if (typeof name === 'string') found.add(name);
}

/** Name of the Secret that an object is, or that an operator makes of it. */
export function secretMadeBy(
  kind: string,
  name: string,
  value: { [key: string]: Value },
): string | undefined {
  const spec = isRecord(value['spec']) ? value['spec'] : {};
  const target = isRecord(spec['target']) ? spec['target'] : {};
  switch (kind) {
    case 'Secret':
    case 'SealedSecret':
      return name;
    case 'ExternalSecret':
      return typeof target['name'] === 'string' ? target['name'] : name;
    case 'Certificate':
      return typeof spec['secretName'] === 'string' ? spec['secretName'] : undefined;
    default:
      return undefined;
  }
}
