import type { KustomizeDirectory } from '@codex-k8s/schema';
import {
  isRemote,
  printedObjects,
  type ManifestScope,
  type ManifestSource,
} from '../manifests/index.ts';
import type { DeclaredObject } from '../objects/index.ts';
import { child, type YamlNode } from '../yaml/index.ts';
import { findKustomization, type Kustomization } from './find-kustomization.ts';
import { readPrinted } from './printed.ts';
import { explainFailure } from './explain-failure.ts';

/** More than this is no kustomization but a whole repository below one. */
const maxBytes = 16 * 1024 * 1024;
const encoder = new TextEncoder();

/** Asks kustomize to say from which file each object comes; the answers are taken out again. */
const wrapper = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
buildMetadata: [originAnnotations]
resources: [REPLACED]
`;

/**
 * A kustomization as a source of manifests. All that it reads lies in the source and is known
 * beforehand: nothing is fetched, no plugin runs.
 *
 * @param node the `kustomize` block of a unit, its templates executed
 * @param resolve a path of that block relative to the root; undefined after reporting
 */
export async function kustomizeSource(
  scope: ManifestScope,
  settings: KustomizeDirectory,
  node: YamlNode,
  resolve: (path: string, node: YamlNode) => string | undefined,
): Promise<ManifestSource> {
  const pathNode = child(node, 'path') ?? node;
  const directory = locate(scope, settings.path, pathNode, resolve);
  const found =
    directory === undefined ? undefined : await findKustomization(scope, directory, pathNode);
  const trees = [...(found?.directories ?? [])].map(([path, { tree }]) => [path, tree]);
  const key = JSON.stringify([directory, trees]);
  return {
    key: `kustomize ${scope.programs?.versions} ${key}`,
    readsContext: false,
    objects: async () =>
      directory === undefined || found === undefined
        ? []
        : objectsOf(scope, directory, found, pathNode, key),
  };
}

function locate(
  { findings }: ManifestScope,
  written: string,
  node: YamlNode,
  resolve: (path: string, node: YamlNode) => string | undefined,
): string | undefined {
  if (!isRemote(written)) return resolve(written, node);
  findings.report('remote-source', node, `${written} would be fetched`);
  return undefined;
}

async function objectsOf(
  scope: ManifestScope,
  directory: string,
  { directories }: Kustomization,
  node: YamlNode,
  key: string,
): Promise<DeclaredObject[]> {
  const root = ['source', directory].filter((part) => part !== '').join('/');
  const main = encoder.encode(wrapper.replace('REPLACED', JSON.stringify(root)));
  const files = new Map<string, Uint8Array>([['kustomization.yaml', main]]);
  for (const path of outermost([...directories.keys()])) {
    const inside = await scope.sources.files(path, maxBytes);
    if (inside === undefined) {
      const message = `${path === '' ? 'the source' : path} holds more than ${maxBytes / 1024 / 1024} MiB`;
      const hint = 'Move the kustomization into a directory of its own: all of it is copied.';
      scope.findings.report('source-limit', node, message, { hint });
      return [];
    }
    for (const [name, bytes] of inside) files.set(`source/${name}`, bytes);
  }
  const title = `the kustomization ${directory === '' ? '.' : directory}`;
  return printedObjects(scope, {
    request: { program: 'kustomize', args: ['build', '.'], files },
    key,
    place: node,
    title,
    async onFailure(said) {
      const { path, message } = explainFailure(said);
      const place = path === undefined ? node : (directories.get(path)?.map ?? node);
      scope.findings.report('source-failed', place, message);
    },
    read: (output) => readPrinted(scope, directory, output),
  });
}

/** Directories that lie in none of the others. */
function outermost(directories: readonly string[]): string[] {
  return directories.filter((path) =>
    directories.every((other) => other === path || !(other === '' || path.startsWith(`${other}/`))),
  );
}
