import type { Findings } from '../diagnostics/index.ts';
import { itemsOf, keyPlace, stringOf, type YamlMap, type YamlNode } from '../yaml/index.ts';

/** A path that a kustomization names. */
export interface NamedPath {
  node: YamlNode;
  mayBeDirectory: boolean;
  /** The field takes a path or the text itself. */
  mayBeText: boolean;
}

/**
 * Every field that is understood, with how it names paths. A field that is not here is refused:
 * nobody has looked at what it would read.
 */
const fields: Readonly<Record<string, (value: YamlNode) => NamedPath[]>> = {
  resources: (list) => itemsOf(list).map(fileOrDirectory),
  bases: (list) => itemsOf(list).map(fileOrDirectory),
  components: (list) => itemsOf(list).map(fileOrDirectory),
  crds: (list) => itemsOf(list).map(file),
  configurations: (list) => itemsOf(list).map(file),
  patchesStrategicMerge: (list) => itemsOf(list).map(fileOrText),
  patches: (list) => filesAt(list, 'path'),
  patchesJson6902: (list) => filesAt(list, 'path'),
  replacements: (list) => filesAt(list, 'path'),
  openapi: (map) => valuesAt(map, 'path').map(file),
  configMapGenerator: generated,
  secretGenerator: generated,
  ...Object.fromEntries(
    [
      'apiVersion',
      'kind',
      'metadata',
      'namespace',
      'namePrefix',
      'nameSuffix',
      'commonLabels',
      'labels',
      'commonAnnotations',
      'images',
      'imageTags',
      'replicas',
      'vars',
      'generatorOptions',
      'sortOptions',
      'buildMetadata',
    ].map((name) => [name, () => []]),
  ),
};

/** Fields that run other programs or renderers, and what to do instead. */
const refused: Readonly<Record<string, string>> = {
  helmCharts: 'Render the chart with the helm block of a unit.',
  helmChartInflationGenerator: 'Render the chart with the helm block of a unit.',
  helmGlobals: 'Render the chart with the helm block of a unit.',
  generators: 'Plugins are not run: use configMapGenerator, or write the object.',
  transformers: 'Plugins are not run: use patches, replacements, labels or images.',
  validators: 'Plugins are not run: the renderer has policies of its own.',
};

/** Every path that a kustomization names. */
export function pathsOf(kustomization: YamlMap): NamedPath[] {
  return [...kustomization.entries.values()].flatMap(
    ({ key, value }) => (Object.hasOwn(fields, key) ? fields[key]?.(value) : undefined) ?? [],
  );
}

/** Reports the fields that are not run, and those that nobody knows. */
export function reportRefused(findings: Findings, kustomization: YamlMap): void {
  for (const key of kustomization.entries.keys()) {
    if (Object.hasOwn(fields, key)) continue;
    const place = keyPlace(kustomization, key);
    const hint = Object.hasOwn(refused, key) ? refused[key] : undefined;
    if (hint === undefined)
      findings.report('unusable-source', place, `a kustomization has no field ${key}`);
    else findings.report('unusable-source', place, `${key} is not run here`, { hint });
  }
}

function file(node: YamlNode): NamedPath {
  return { node, mayBeDirectory: false, mayBeText: false };
}

function fileOrDirectory(node: YamlNode): NamedPath {
  return { node, mayBeDirectory: true, mayBeText: false };
}

function fileOrText(node: YamlNode): NamedPath {
  return { node, mayBeDirectory: false, mayBeText: true };
}

function filesAt(list: YamlNode, key: string): NamedPath[] {
  return itemsOf(list).flatMap((item) => valuesAt(item, key).map(file));
}

/** Values of a key however its letters are written: kustomize reads `Path` as `path`. */
function valuesAt(node: YamlNode, key: string): YamlNode[] {
  if (node.kind !== 'map') return [];
  const entries = [...node.entries.values()];
  return entries.filter((entry) => entry.key.toLowerCase() === key).map(({ value }) => value);
}

/** Files are written as `path` or `key=path`. */
function generated(list: YamlNode): NamedPath[] {
  return itemsOf(list).flatMap((item) => {
    const nodes = [
      ...valuesAt(item, 'files').flatMap(itemsOf),
      ...valuesAt(item, 'envs').flatMap(itemsOf),
      ...valuesAt(item, 'env'),
    ];
    return nodes.map((node) => {
      const written = stringOf(node) ?? '';
      const path = written.slice(written.indexOf('=') + 1);
      return file(node.kind === 'scalar' ? { ...node, value: path } : node);
    });
  });
}
