import { blobId, treeId } from '../hash/index.ts';
import type { RenderedFile } from '../rendered-stack.ts';
import { printYaml, type Value } from '../yaml/index.ts';
import { compareForApply } from './apply-order.ts';
import { groupOf } from './scope.ts';
import { secretMadeBy, secretsReadBy } from './secrets.ts';
import { withoutLabel } from './without-label.ts';
import {
  isRecord,
  type DeclaredObject,
  type FinishedObject,
  type FinishedUnit,
  type StackMarks,
} from './kubernetes-object.ts';

const encoder = new TextEncoder();

/**
 * Puts namespace and labels on the objects of a unit and prints them. What is printed is what is
 * reviewed and what is sent.
 *
 * @param isClusterScoped tells which objects get no namespace
 */
export function finishUnit(
  unit: string,
  declared: readonly DeclaredObject[],
  marks: StackMarks,
  isClusterScoped: (object: DeclaredObject) => boolean,
): FinishedUnit {
  const names = new Set<string>();
  const objects: FinishedObject[] = [];
  const files: RenderedFile[] = [];
  for (const object of declared.toSorted(compareForApply)) {
    const { apiVersion, kind, name, node } = object;
    const namespace = isClusterScoped(object) ? undefined : (object.namespace ?? marks.namespace);
    const path = `manifests/${unit}/${fileName(object, names)}`;
    const bytes = encoder.encode(printYaml(markObject(object, unit, namespace, marks)));
    files.push({ path, bytes, digest: blobId(bytes) });
    const place = namespace === undefined ? {} : { namespace };
    objects.push({
      // Shared between renders: whoever changes a plan of theirs must not change the next one.
      planned: Object.freeze({ file: path, apiVersion, kind, ...place, name }),
      // Versions of one group share their objects.
      identity: `${groupOf(apiVersion)}/${kind}/${namespace ?? ''}/${name}`,
      value: object.value,
      node,
      isHook: object.isHook === true,
    });
  }
  const entries = files.map(({ path, digest }) => ({
    name: path.slice(path.lastIndexOf('/') + 1),
    kind: 'file' as const,
    id: digest,
  }));
  const imageStrings = new Set<string>();
  const secretsRead = new Set<string>();
  for (const { value } of declared) {
    collectImageStrings(value, imageStrings);
    secretsReadBy(value, secretsRead);
  }
  return {
    objects,
    files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    treeId: treeId(entries),
    imageStrings: [...imageStrings],
    secretsRead: [...secretsRead],
    definitions: declared
      .filter(({ kind }) => kind === 'CustomResourceDefinition')
      .map(({ value }) => value),
    secretsMade: declared.flatMap(({ kind, name, value }) => secretMadeBy(kind, name, value) ?? []),
  };
}

/** Whether a label is one that only the platform writes. */
export function isPlatformLabel(key: string): boolean {
  return /^(?:codex-k8s\.dev|applyset\.kubernetes\.io)\//.test(key);
}

/** The labels of the platform. */
export function platformLabels(
  unit: string,
  marks: StackMarks,
  isHook = false,
): Record<string, string> {
  return {
    'codex-k8s.dev/project': marks.project,
    'codex-k8s.dev/environment': marks.environment,
    'codex-k8s.dev/stack': marks.stack,
    'codex-k8s.dev/unit': unit,
    // What prunes an apply set must not take the Job of a hook for something left over.
    ...(isHook ? {} : { 'applyset.kubernetes.io/part-of': marks.applySet }),
  };
}

function collectImageStrings(value: Value, found: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collectImageStrings(item, found);
  else if (isRecord(value)) {
    for (const key in value) {
      const inner = value[key] ?? null;
      if (typeof inner !== 'string') collectImageStrings(inner, found);
      else if (key === 'image' || key === 'value') found.add(inner);
    }
  }
}

function markObject(
  object: DeclaredObject,
  unit: string,
  namespace: string | undefined,
  marks: StackMarks,
): { [key: string]: Value } {
  const { removedLabel } = marks;
  const value = removedLabel === undefined ? object.value : without(object.value, removedLabel);
  const metadata = isRecord(value['metadata']) ? value['metadata'] : {};
  const { name, namespace: _, labels, ...rest } = metadata;
  const own = isRecord(labels) ? labels : {};
  return {
    ...value,
    metadata: {
      name: name ?? object.name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...own, ...marks.labels, ...platformLabels(unit, marks, object.isHook) },
      ...rest,
    },
  };
}

function without(value: { [key: string]: Value }, label: string): { [key: string]: Value } {
  const result = withoutLabel(value, label);
  return isRecord(result) ? result : {};
}

const unusualInFileName = /[^A-Za-z0-9._-]/g;

/** `<kind>-<name>.yaml`; group and namespace tell apart objects of the same kind and name. */
function fileName(object: DeclaredObject, taken: Set<string>): string {
  const kind = object.kind.toLowerCase();
  const name = object.name.replace(
    unusualInFileName,
    (char) => `%${char.charCodeAt(0).toString(16)}`,
  );
  const usual = `${kind}-${name}`;
  const chosen = taken.has(usual) ? longerFileName(object, kind, name, taken) : usual;
  taken.add(chosen);
  return `${chosen}.yaml`;
}

function longerFileName(
  { apiVersion, namespace }: DeclaredObject,
  kind: string,
  name: string,
  taken: ReadonlySet<string>,
): string {
  const group = `${kind}.${groupOf(apiVersion) || 'core'}`;
  const candidates = [`${group}-${name}`, `${group}-${namespace}-${name}`];
  return candidates.find((candidate) => !taken.has(candidate)) ?? `${kind}-${name}`;
}
