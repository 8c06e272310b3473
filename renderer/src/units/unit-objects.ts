import { isTemplateFile, readManifest } from '../manifests/index.ts';
import { isPlatformLabel, type DeclaredObject } from '../objects/index.ts';
import type { RenderScope } from '../render-scope.ts';
import type { TemplateContext } from '../template/index.ts';
import { workloadObjects } from '../workload/index.ts';
import { at, child, nearest, type YamlNode } from '../yaml/index.ts';
import type { DeclaredUnit } from './declared-unit.ts';

/** A manifest file of a unit, found and not yet read. */
export interface ManifestFile {
  path: string;
  digest: string;
  isTemplate: boolean;
}

/** The manifest files of a unit: paths and patterns resolved against the file that names them. */
export async function findManifests(
  scope: RenderScope,
  unit: DeclaredUnit,
  match: (path: string, node: YamlNode) => Promise<readonly string[]>,
): Promise<ManifestFile[]> {
  const files = new Map<string, ManifestFile>();
  for (const { path: pattern, node } of unit.manifests) {
    for (const path of await match(pattern, node)) {
      const digest = await scope.sources.digest(path);
      if (digest !== undefined) files.set(path, { path, digest, isTemplate: isTemplateFile(path) });
    }
  }
  return [...files.values()];
}

/** The objects of a unit: those of its workload, then those of its manifests. */
export async function unitObjects(
  scope: RenderScope,
  unit: DeclaredUnit,
  manifests: readonly ManifestFile[],
  context: TemplateContext,
): Promise<DeclaredObject[]> {
  const objects = typedObjects(scope, unit);
  for (const { path } of manifests) {
    const declared = await readManifest(scope, path, context);
    for (const object of declared) reportReservedLabels(scope, object);
    objects.push(...declared);
  }
  return objects;
}

function typedObjects(scope: RenderScope, unit: DeclaredUnit): DeclaredObject[] {
  const { workload } = unit.value;
  if (workload === undefined || unit.imageReference === undefined) return [];
  const resolved = { ...workload, image: unit.imageReference };
  const outcome = workloadObjects({ name: unit.name, workload: resolved });
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
