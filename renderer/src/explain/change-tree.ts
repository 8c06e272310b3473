import type { Place, Value, YamlEntry, YamlMap, YamlNode } from '../yaml/index.ts';

/** What to do to the nodes of a tree. */
export interface TreeChanges {
  /** Other values for scalars. */
  values?: ReadonlyMap<YamlNode, string | number | boolean>;
  /** Entries and items to leave out. */
  removed?: ReadonlySet<YamlNode | YamlEntry>;
  /** Entries to add to maps: key and value. */
  added?: ReadonlyMap<YamlNode, readonly (readonly [key: string, value: Value])[]>;
}

/** Names a node by where it is written: copies that merging makes keep their place. */
export function placeKey(node: YamlNode): string {
  return `${node.source.file}:${node.offset}:${node.kind}`;
}

/** A copy of a tree with changes; the tree itself stays. What does not change stays the same node. */
export function changeTree(node: YamlNode, changes: TreeChanges): YamlNode {
  if (node.kind === 'scalar') {
    const value = changes.values?.get(node);
    return value === undefined ? node : { ...node, value };
  }
  if (node.kind === 'seq') {
    const { removed } = changes;
    const kept =
      removed === undefined ? node.items : node.items.filter((item) => !removed.has(item));
    const items = kept.map((item) => changeTree(item, changes));
    const same = items.length === node.items.length;
    return same && items.every((item, index) => item === node.items[index])
      ? node
      : { ...node, items };
  }
  return changeMap(node, changes);
}

function changeMap(node: YamlMap, changes: TreeChanges): YamlMap {
  let entries: Map<string, YamlEntry> | undefined;
  for (const [key, entry] of node.entries) {
    if (changes.removed?.has(entry) === true) {
      (entries ??= new Map(node.entries)).delete(key);
      continue;
    }
    const value = changeTree(entry.value, changes);
    if (value !== entry.value) (entries ??= new Map(node.entries)).set(key, { ...entry, value });
  }
  for (const [key, value] of changes.added?.get(node) ?? []) {
    const { source, offset } = node;
    (entries ??= new Map(node.entries)).set(key, {
      key,
      value: nodeOf(value, node),
      source,
      offset,
    });
  }
  return entries === undefined ? node : { ...node, entries };
}

function nodeOf(value: Value, { source, offset }: Place): YamlNode {
  const place = { source, offset };
  if (Array.isArray(value))
    return { kind: 'seq', items: value.map((item) => nodeOf(item, place)), ...place };
  if (typeof value !== 'object' || value === null) return { kind: 'scalar', value, ...place };
  const entries = Object.entries(value).map(([key, inner]): [string, YamlEntry] => [
    key,
    { key, value: nodeOf(inner, place), ...place },
  ]);
  return { kind: 'map', entries: new Map(entries), ...place };
}
