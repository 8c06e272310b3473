import { helmSource } from '../helm/index.ts';
import { kustomizeSource } from '../kustomize/index.ts';
import { fileSource, type ManifestSource } from '../manifests/index.ts';
import { resolvePath } from '../paths/index.ts';
import type { RenderScope } from '../render-scope.ts';
import { child, type YamlNode } from '../yaml/index.ts';
import type { DeclaredUnit } from './declared-unit.ts';

/** What a chart is told of a cluster whose version nobody says. Part of `rendering: 1`. */
const usualKubernetesVersion = '1.36.0';

/**
 * Where the objects of a unit come from: its manifest files, paths and patterns resolved against
 * the file that names them, then its chart, then its kustomization.
 *
 * @param cluster what the stack says of its cluster; what the caller says wins
 */
export async function findSources(
  scope: RenderScope,
  unit: DeclaredUnit,
  cluster: { namespace: string; kubernetesVersion: string | undefined },
  match: (path: string, node: YamlNode) => Promise<readonly string[]>,
): Promise<ManifestSource[]> {
  const files = new Map<string, ManifestSource>();
  for (const { path: pattern, node } of unit.manifests) {
    for (const path of await match(pattern, node)) {
      const source = await fileSource(scope, path);
      if (source !== undefined) files.set(path, source);
    }
  }
  const resolve = (path: string, node: YamlNode): string | undefined => {
    const resolved = resolvePath(node.source.file, path);
    if (resolved === undefined)
      scope.findings.report('outside-root', node, `${path} leads outside of the source`);
    return resolved;
  };
  const sources = [...files.values()];
  const { helm, kustomize } = unit.value;
  const chart = child(unit.node, 'helm');
  if (helm !== undefined && chart !== undefined) {
    const { namespace, kubernetesVersion: declared = usualKubernetesVersion } = cluster;
    const kubernetesVersion = scope.inputs.cluster?.kubernetesVersion ?? declared;
    const target = { unit: unit.name, namespace, kubernetesVersion };
    sources.push(await helmSource(scope, helm, chart, target, resolve));
  }
  const kustomization = child(unit.node, 'kustomize');
  if (kustomize !== undefined && kustomization !== undefined)
    sources.push(await kustomizeSource(scope, kustomize, kustomization, resolve));
  return sources;
}

/** Whether a unit names anything that objects could come from, empty or not. */
export function hasSources({ manifests, value }: DeclaredUnit): boolean {
  return manifests.length > 0 || value.helm !== undefined || value.kustomize !== undefined;
}
