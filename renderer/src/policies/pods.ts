import { fieldsOf, isFields, listOf, textOf, type Fields } from '../yaml/index.ts';

type Path = readonly (string | number)[];

/** The pod that an object is or makes. */
export interface PodView {
  /** Path of the pod's spec in the object. */
  path: Path;
  spec: Fields;
  /** Whether its controller keeps it running. */
  isLongRunning: boolean;
  /** Those that only prepare it first. */
  containers: readonly ContainerView[];
}

export interface ContainerView {
  name: string;
  path: Path;
  value: Fields;
  /** Ends before the others start. */
  isInit: boolean;
}

const templatePath: Path = ['spec', 'template', 'spec'];
const podPaths: Readonly<Record<string, Path>> = {
  'v1 Pod': ['spec'],
  'v1 PodTemplate': ['template', 'spec'],
  'v1 ReplicationController': templatePath,
  'apps/v1 Deployment': templatePath,
  'apps/v1 StatefulSet': templatePath,
  'apps/v1 DaemonSet': templatePath,
  'apps/v1 ReplicaSet': templatePath,
  'batch/v1 Job': templatePath,
  'batch/v1 CronJob': ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};
const endingKinds = new Set(['Job', 'CronJob', 'Pod', 'PodTemplate']);

/** The pod of an object; undefined when it makes none. */
export function podOf(apiVersion: string, kind: string, value: Fields): PodView | undefined {
  const key = `${apiVersion} ${kind}`;
  const path = Object.hasOwn(podPaths, key) ? podPaths[key] : undefined;
  if (path === undefined) return undefined;
  let spec: Fields = value;
  for (const step of path) spec = fieldsOf(spec[step]);
  const containers = containersOf(path, spec);
  return { path, spec, isLongRunning: !endingKinds.has(kind), containers };
}

function containersOf(path: Path, spec: Fields): ContainerView[] {
  return (['initContainers', 'containers'] as const).flatMap((list) =>
    listOf(spec[list]).flatMap((value, index) => {
      if (!isFields(value)) return [];
      const name = textOf(value['name']) ?? `${index}`;
      const isSidecar = value['restartPolicy'] === 'Always';
      const isInit = list === 'initContainers' && !isSidecar;
      return [{ name, path: [...path, list, index], value, isInit }];
    }),
  );
}

/** The volumes of a pod with their paths. */
export function volumesOf({ path, spec }: PodView): { path: Path; name: string; value: Fields }[] {
  return listOf(spec['volumes']).flatMap((value, index) =>
    isFields(value)
      ? [{ path: [...path, 'volumes', index], name: textOf(value['name']) ?? '', value }]
      : [],
  );
}
