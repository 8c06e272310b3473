import { suggest } from '../diagnostics/index.ts';
import type { RenderScope } from '../render-scope.ts';
import {
  at,
  child,
  itemsOf,
  mergeNodes,
  stringOf,
  withoutRemovals,
  type YamlEntry,
  type YamlMap,
  type YamlNode,
} from '../yaml/index.ts';
import type { StackFiles } from './02-resolve-imports.ts';

/** The stack as one tree; each value still knows the file it came from. */
export interface MergedStack {
  root: YamlMap;
  /** spec.environments with the removals that inheritance between them still has to see. */
  environments: YamlNode | undefined;
}

const namedLists = ['components', 'infrastructure', 'services'] as const;

const requiredBlocks = [
  ['images', 'map'],
  ['infrastructure', 'seq'],
  ['services', 'seq'],
  ['orchestration', 'map'],
  ['webhookRuntime', 'map'],
] as const;

/** Step 3: lays the files over each other and the services over their components. */
export function mergeComponents(scope: RenderScope, files: StackFiles): MergedStack | undefined {
  const before = scope.findings.errors;
  let merged: YamlNode | undefined;
  for (const { root } of files) {
    reportDuplicateNames(scope, root);
    const layer = withEmptyBlocks(withEmptyEnvironments(root, merged), merged);
    merged = merged === undefined ? layer : mergeNodes(merged, layer, scope.replacements?.(''));
  }
  if (merged === undefined || merged.kind !== 'map') return undefined;
  const root = withoutRemovals(withComponents(scope, merged));
  if (scope.findings.errors > before || root.kind !== 'map') return undefined;
  return { root, environments: at(merged, ['spec', 'environments']) };
}

function reportDuplicateNames(scope: RenderScope, root: YamlMap): void {
  for (const list of namedLists) {
    const seen = new Set<string>();
    for (const item of itemsOf(at(root, ['spec', list]))) {
      const node = child(item, 'name');
      const name = stringOf(node);
      if (node === undefined || name === undefined) continue;
      if (seen.has(name))
        scope.findings.report('duplicate-name', node, `spec.${list} has two items named ${name}`);
      seen.add(name);
    }
  }
}

/** `dev:` without a body is an environment without settings, unless it removes an imported one. */
function withEmptyEnvironments(root: YamlMap, below: YamlNode | undefined): YamlMap {
  const environments = at(root, ['spec', 'environments']);
  if (environments?.kind !== 'map') return root;
  return mapAt(root, ['spec', 'environments'], (node) => {
    if (node.kind !== 'map') return node;
    const entries = new Map(node.entries);
    for (const [name, entry] of entries) {
      const { value } = entry;
      const empty = value.kind === 'scalar' && value.value === null;
      if (!empty || at(below, ['spec', 'environments', name]) !== undefined) continue;
      const map: YamlMap = { ...entry, kind: 'map', entries: new Map() };
      entries.set(name, { ...entry, value: map });
    }
    return { ...node, entries };
  });
}

/** `images:` without a body is an empty block, unless it removes an imported one. */
function withEmptyBlocks(root: YamlMap, below: YamlNode | undefined): YamlMap {
  let filled = root;
  for (const [block, kind] of requiredBlocks) {
    if (at(below, ['spec', block]) !== undefined) continue;
    filled = mapAt(filled, ['spec', block], (node) => {
      if (node.kind !== 'scalar' || node.value !== null) return node;
      const { source, offset } = node;
      return kind === 'map'
        ? { kind, source, offset, entries: new Map() }
        : { kind, source, offset, items: [] };
    });
  }
  return filled;
}

function withComponents(scope: RenderScope, root: YamlMap): YamlMap {
  const components = new Map<string, YamlNode>();
  for (const item of itemsOf(at(root, ['spec', 'components']))) {
    const name = stringOf(child(item, 'name'));
    const defaults = child(item, 'serviceDefaults');
    if (name !== undefined && defaults !== undefined) components.set(name, defaults);
  }
  return mapAt(root, ['spec', 'services'], (services) =>
    services.kind !== 'seq'
      ? services
      : {
          ...services,
          items: services.items.map((service) => overComponents(scope, service, components)),
        },
  );
}

/** A service over the defaults it uses: the first component that gives a value wins. */
function overComponents(
  scope: RenderScope,
  service: YamlNode,
  components: ReadonlyMap<string, YamlNode>,
): YamlNode {
  const onReplaced = scope.replacements?.(`services/${stringOf(child(service, 'name')) ?? ''}`);
  let defaults: YamlNode | undefined;
  for (const node of itemsOf(child(service, 'use')).toReversed()) {
    const name = stringOf(node);
    if (name === undefined) {
      scope.findings.report('wrong-type', node, 'a service uses components by their names');
      continue;
    }
    const component = components.get(name);
    if (component === undefined) {
      const hint = suggest(name, components.keys());
      scope.findings.report(
        'unknown-component',
        node,
        `there is no component ${JSON.stringify(name)}`,
        hint === undefined ? {} : { hint },
      );
    } else
      defaults = defaults === undefined ? component : mergeNodes(defaults, component, onReplaced);
  }
  return defaults === undefined ? service : mergeNodes(defaults, service, onReplaced);
}

/** The tree with the node at a path replaced. */
function mapAt(
  root: YamlMap,
  path: readonly string[],
  change: (node: YamlNode) => YamlNode,
): YamlMap {
  const [key, ...rest] = path;
  const entry: YamlEntry | undefined = key === undefined ? undefined : root.entries.get(key);
  if (entry === undefined || key === undefined) return root;
  const { value } = entry;
  const changed =
    rest.length === 0 ? change(value) : value.kind === 'map' ? mapAt(value, rest, change) : value;
  const entries = new Map(root.entries);
  entries.set(key, { ...entry, value: changed });
  return { ...root, entries };
}
