import type { YamlEntry, YamlMap, YamlNode, YamlSeq } from './nodes.ts';

/** Hears of each value that takes the place of another. */
export type ReplacementListener = (winner: YamlNode, loser: YamlNode) => void;

/**
 * Lays one tree over another: maps merge deep, lists of named maps by `name`, any other list and
 * every scalar is replaced, and `null` removes. Associative: it does not matter in which order
 * neighbouring files are put together. Removals stay in the tree until `withoutRemovals`.
 */
export function mergeNodes(
  base: YamlNode,
  overlay: YamlNode,
  onReplaced?: ReplacementListener,
): YamlNode {
  if (overlay.kind === 'map' && base.kind === 'map' && overlay.replaces !== true)
    return mergeMaps(base, overlay, onReplaced);
  if (overlay.kind === 'seq' && base.kind === 'seq' && overlay.replaces !== true)
    if (isNamed(base) && isNamed(overlay)) return mergeNamed(base, overlay, onReplaced);
  onReplaced?.(overlay, base);
  if (overlay.kind === 'scalar' || overlay.replaces === true) return overlay;
  return { ...overlay, replaces: true };
}

function mergeMaps(
  base: YamlMap,
  overlay: YamlMap,
  onReplaced: ReplacementListener | undefined,
): YamlMap {
  const entries = new Map(base.entries);
  for (const [key, entry] of overlay.entries) {
    const present = entries.get(key);
    const value =
      present === undefined ? entry.value : mergeNodes(present.value, entry.value, onReplaced);
    entries.set(key, value === entry.value ? entry : { ...entry, value });
  }
  return { ...overlay, entries, ...(base.replaces === true ? { replaces: true } : {}) };
}

function mergeNamed(
  base: YamlSeq,
  overlay: YamlSeq,
  onReplaced: ReplacementListener | undefined,
): YamlSeq {
  const items = [...base.items];
  const indexByName = new Map(items.map((item, index) => [nameOf(item), index]));
  for (const item of overlay.items) {
    const name = nameOf(item);
    const index = indexByName.get(name);
    const present = index === undefined ? undefined : items[index];
    if (index === undefined || present === undefined) {
      indexByName.set(name, items.length);
      items.push(item);
    } else items[index] = mergeNodes(present, item, onReplaced);
  }
  return { ...overlay, items, ...(base.replaces === true ? { replaces: true } : {}) };
}

/** The tree without what `null` removed. What holds no removal stays the same node. */
export function withoutRemovals(node: YamlNode): YamlNode {
  if (node.kind === 'scalar') return node;
  if (node.kind === 'seq') {
    let items: YamlNode[] | undefined;
    for (const [index, item] of node.items.entries()) {
      const kept = withoutRemovals(item);
      if (kept !== item) (items ??= [...node.items])[index] = kept;
    }
    return items === undefined ? node : { ...node, items };
  }
  let entries: Map<string, YamlEntry> | undefined;
  for (const [key, entry] of node.entries) {
    const value = withoutRemovals(entry.value);
    if (isNull(value)) (entries ??= new Map(node.entries)).delete(key);
    else if (value !== entry.value)
      (entries ??= new Map(node.entries)).set(key, { ...entry, value });
  }
  return entries === undefined ? node : { ...node, entries };
}

function isNull(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.value === null;
}

/** Whether a list is one of named maps: it merges by name. */
function isNamed(seq: YamlSeq): boolean {
  return seq.items.length > 0 && seq.items.every((item) => nameOf(item) !== undefined);
}

function nameOf(node: YamlNode): string | undefined {
  const name = node.kind === 'map' ? node.entries.get('name')?.value : undefined;
  return name?.kind === 'scalar' && typeof name.value === 'string' ? name.value : undefined;
}
