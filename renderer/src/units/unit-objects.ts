import type { ManifestSource } from '../manifests/index.ts';
import { isPlatformLabel, type DeclaredObject } from '../objects/index.ts';
import type { RenderScope } from '../render-scope.ts';
import type { TemplateContext } from '../template/index.ts';
import { workloadObjects } from '../workload/index.ts';
import { at, child, nearest } from '../yaml/index.ts';
import type { DeclaredUnit } from './declared-unit.ts';

/** The objects of a unit: those of its workload, then those of its sources. */
export async function unitObjects(
  scope: RenderScope,
  unit: DeclaredUnit,
  sources: readonly ManifestSource[],
  context: TemplateContext,
): Promise<DeclaredObject[]> {
  const objects = typedObjects(scope, unit);
  for (const source of sources) {
    const declared = await source.objects(context);
    for (const object of declared) reportReservedLabels(scope, object);
    objects.push(...declared);
  }
  return objects;
}

function typedObjects(scope: RenderScope, unit: DeclaredUnit): DeclaredObject[] {
  const { workload } = unit.value;
  if (workload === undefined || unit.imageReference === undefined) return [];
  const resolved = { ...workload, image: unit.imageReference };
  const outcome = workloadObjects({
    name: unit.name,
    workload: resolved,
    imagePullPolicy: unit.imagePullPolicy,
    ...(unit.secretVersions === undefined
      ? {}
      : { podAnnotations: { 'codex-k8s.dev/secrets': unit.secretVersions } }),
  });
  if (outcome.ok) return outcome.objects;
  const node = child(unit.node, 'workload') ?? unit.node;
  for (const { path, message } of outcome.problems)
    scope.findings.report('incomplete-workload', nearest(node, path), message);
  return [];
}

function reportReservedLabels(scope: RenderScope, object: DeclaredObject): void {
  const labels = at(object.node, ['metadata', 'labels']);
  if (labels?.kind !== 'map') return;
  for (const entry of labels.entries.values()) {
    if (isPlatformLabel(entry.key))
      scope.findings.report(
        'reserved-label',
        entry,
        `the label ${entry.key} belongs to the platform`,
      );
  }
}
