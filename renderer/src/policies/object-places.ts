import type { FinishedObject } from '../objects/index.ts';
import {
  child,
  itemsOf,
  keyPlace,
  nearest,
  stringOf,
  type Place,
  type YamlNode,
} from '../yaml/index.ts';

type Path = readonly (string | number)[];

/**
 * Where a field of an object was written: in its manifest, or in the typed fields of services.yaml
 * that it was made from. A missing field is pointed at by the nearest one that is there.
 *
 * @param isKey whether the name of the field is meant, not its value
 */
export function placeOfField(
  object: FinishedObject,
  unit: { node: YamlNode; place: Place },
  path: Path,
  isKey: boolean,
): Place {
  const { node } = object;
  if (node === undefined) return typedPlace(object, unit, path);
  const last = path.at(-1);
  return isKey && typeof last === 'string'
    ? keyPlace(nearest(node, path.slice(0, -1)), last)
    : nearest(node, path);
}

/** Fields of a container or controller, and what they are called in services.yaml. */
const typedFields: Readonly<Record<string, Path>> = {
  image: ['image'],
  command: ['command'],
  args: ['args'],
  replicas: ['replicas'],
  schedule: ['schedule'],
  ports: ['ports'],
  resources: ['resources'],
  readinessProbe: ['probes', 'readiness'],
  livenessProbe: ['probes', 'liveness'],
  startupProbe: ['probes', 'startup'],
  volumes: ['volumes'],
  volumeMounts: ['volumes'],
  volumeClaimTemplates: ['volumes'],
  securityContext: ['security'],
  env: ['env'],
  rules: ['ingress'],
  tls: ['ingress'],
};

function typedPlace(
  { planned }: FinishedObject,
  unit: { node: YamlNode; place: Place },
  path: Path,
): Place {
  const part =
    planned.kind === 'Job' ? jobOf(unit.node, planned.name) : child(unit.node, 'workload');
  if (part === undefined) return unit.place;
  const index = path.findIndex(
    (step) => typeof step === 'string' && Object.hasOwn(typedFields, step),
  );
  const field = typedFields[String(path[index])] ?? [];
  return nearest(part, [...field, ...path.slice(index + 1)]);
}

/** The migration or hook that a Job was made from: its name is part of the Job's. */
function jobOf(unit: YamlNode, name: string): YamlNode | undefined {
  return [...itemsOf(child(unit, 'migrations')), ...itemsOf(child(unit, 'hooks'))].find((item) => {
    const own = stringOf(child(item, 'name'));
    return own !== undefined && name.includes(own);
  });
}
