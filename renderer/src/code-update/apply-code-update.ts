import { isRecord, type DeclaredObject } from '../objects/index.ts';
import type { Value } from '../yaml/index.ts';
import { snapshotVolume, type CodeUpdate } from './code-update.ts';

type Fields = { [key: string]: Value };

/** On pods: changes with the content of the sources that restart them. */
export const contentAnnotation = 'codex-k8s.dev/content';

/** Where controllers keep the pods they make. A Job's cannot change, and nothing keeps it running. */
const templatePaths: Readonly<Record<string, readonly string[]>> = {
  'apps/v1/Deployment': ['spec', 'template'],
  'apps/v1/StatefulSet': ['spec', 'template'],
  'apps/v1/DaemonSet': ['spec', 'template'],
  'batch/v1/CronJob': ['spec', 'jobTemplate', 'spec', 'template'],
};

/**
 * The objects of a unit with what its code update changes in them: an annotation on every pod, or
 * the snapshot, image and command in the container of the typed workload. Objects are not changed
 * in place.
 */
export function applyCodeUpdate(
  unit: string,
  objects: readonly DeclaredObject[],
  update: CodeUpdate,
): DeclaredObject[] {
  switch (update.kind) {
    case 'restart':
      return objects.map((object) =>
        changePods(object, (pod) => ({
          ...pod,
          metadata: annotated(pod['metadata'], update.content),
        })),
      );
    case 'hot-reload':
      return objects.map((object) =>
        object.node === undefined && object.name === unit
          ? changePods(object, (pod) => withSnapshot(unit, pod, update))
          : object,
      );
    case 'none':
  }
  return [...objects];
}

function changePods(object: DeclaredObject, change: (pod: Fields) => Fields): DeclaredObject {
  const path = templatePaths[`${object.apiVersion}/${object.kind}`];
  if (path === undefined) return object;
  return { ...object, value: changeAt(object.value, path, change) };
}

function changeAt(value: Fields, path: readonly string[], change: (pod: Fields) => Fields): Fields {
  const [key, ...rest] = path;
  if (key === undefined) return change(value);
  const inner = value[key];
  return isRecord(inner) ? { ...value, [key]: changeAt(inner, rest, change) } : value;
}

function annotated(metadata: Value | undefined, content: string): Fields {
  const own = isRecord(metadata) ? metadata : {};
  const annotations = isRecord(own['annotations']) ? own['annotations'] : {};
  return { ...own, annotations: { ...annotations, [contentAnnotation]: content } };
}

function withSnapshot(
  unit: string,
  pod: Fields,
  update: Extract<CodeUpdate, { kind: 'hot-reload' }>,
): Fields {
  const spec = isRecord(pod['spec']) ? pod['spec'] : {};
  const containers = listOf(spec['containers']).map((container) =>
    isRecord(container) && container['name'] === unit ? withMount(container, update) : container,
  );
  const claim = { claimName: update.snapshot.name, readOnly: true };
  const volume = { name: snapshotVolume, persistentVolumeClaim: claim };
  return { ...pod, spec: { ...spec, containers, volumes: [...listOf(spec['volumes']), volume] } };
}

function withMount(
  container: Fields,
  { image, command, mountPath }: Extract<CodeUpdate, { kind: 'hot-reload' }>,
): Fields {
  const { name, image: usual, command: usualCommand, args, ...rest } = container;
  const entrypoint: Fields =
    command === undefined
      ? {
          ...(usualCommand === undefined ? {} : { command: usualCommand }),
          ...(args === undefined ? {} : { args }),
        }
      : { command: [...command] };
  const mount = { name: snapshotVolume, mountPath, readOnly: true };
  return {
    name: name ?? '',
    image: image?.reference ?? usual ?? '',
    ...entrypoint,
    ...rest,
    volumeMounts: [...listOf(rest['volumeMounts']), mount],
  };
}

function listOf(value: Value | undefined): Value[] {
  return Array.isArray(value) ? value : [];
}
