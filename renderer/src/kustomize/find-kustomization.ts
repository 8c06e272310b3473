import { isRemote, reportYaml, type ManifestScope } from '../manifests/index.ts';
import { resolvePath } from '../paths/index.ts';
import { stringOf, type Place, type YamlMap, type YamlNode } from '../yaml/index.ts';
import { pathsOf, reportRefused } from './fields.ts';

/** A kustomization with everything that it is made from. */
export interface Kustomization {
  /** Directories that it reads, by path. */
  directories: ReadonlyMap<string, KustomizationDirectory>;
}

/** One directory with a kustomization file. */
export interface KustomizationDirectory {
  /** Git tree id: everything in it. */
  tree: string;
  /** What the file says. */
  map: YamlMap;
}

const fileNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/**
 * Follows a kustomization to every directory that it is made from, and looks at every path on the
 * way: whatever is not in the source is refused before kustomize could fetch it.
 *
 * @param place where the directory is named
 * @returns undefined after reporting what is wrong
 */
export async function findKustomization(
  scope: ManifestScope,
  directory: string,
  place: Place,
): Promise<Kustomization | undefined> {
  const before = scope.findings.errors;
  const directories = new Map<string, KustomizationDirectory>();
  await visit(directory, place);
  return scope.findings.errors === before ? { directories } : undefined;

  async function visit(path: string, named: Place): Promise<void> {
    if (directories.has(path)) return;
    const tree = await scope.sources.treeHash(path);
    const root = tree === undefined ? undefined : await readKustomization(scope, path, named);
    if (tree === undefined || root === undefined) {
      const message = `${path === '' ? '.' : path} is no kustomization: it has no kustomization.yaml`;
      if (scope.findings.errors === before)
        scope.findings.report('unusable-source', named, message);
      return;
    }
    directories.set(path, { tree, map: root.map });
    reportRefused(scope.findings, root.map);
    for (const { node, mayBeDirectory, mayBeText } of pathsOf(root.map)) {
      const written = stringOf(node) ?? '';
      if (mayBeText && /\n|^\{/.test(written)) continue;
      const target = await locate(scope, root.file, written, node);
      if (target === undefined) continue;
      if (target.isFile) continue;
      if (mayBeDirectory) await visit(target.path, node);
      else scope.findings.report('file-missing', node, `there is no file ${target.path}`);
    }
  }
}

/** What a path of a kustomization means; undefined after reporting that it leads elsewhere. */
async function locate(
  { findings, sources }: ManifestScope,
  from: string,
  written: string,
  node: YamlNode,
): Promise<{ path: string; isFile: boolean } | undefined> {
  if (isRemote(written)) {
    findings.report('remote-source', node, `${written} would be fetched`);
    return undefined;
  }
  const path = resolvePath(from, written);
  if (path === undefined) {
    findings.report('outside-root', node, `${written} leads outside of the source`);
    return undefined;
  }
  if ((await sources.digest(path)) !== undefined) return { path, isFile: true };
  if ((await sources.treeHash(path)) !== undefined) return { path, isFile: false };
  findings.report('file-missing', node, `there is neither a file nor a directory ${path}`);
  return undefined;
}

async function readKustomization(
  { findings, sources }: ManifestScope,
  directory: string,
  named: Place,
): Promise<{ file: string; map: YamlMap } | undefined> {
  const found: string[] = [];
  for (const name of fileNames) {
    const file = directory === '' ? name : `${directory}/${name}`;
    if ((await sources.digest(file)) !== undefined) found.push(file);
  }
  const [file, second] = found;
  if (file === undefined) return undefined;
  if (second !== undefined) {
    findings.report('unusable-source', named, `there are both ${file} and ${second}`);
    return undefined;
  }
  const parsed = await sources.parse(file);
  if (parsed === undefined) return undefined;
  reportYaml(parsed, findings);
  const [map, another] = parsed.documents;
  if (map?.kind === 'map' && another === undefined) return { file, map };
  if (parsed.problems.length === 0)
    findings.report('unusable-source', another ?? map ?? { file }, `${file} must be one map`);
  return undefined;
}
