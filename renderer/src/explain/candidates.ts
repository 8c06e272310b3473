import type { Value, YamlEntry, YamlMap, YamlNode, YamlScalar } from '../yaml/index.ts';
import { placeKey } from './change-tree.ts';

/** A value of the merged stack that something may depend on. */
export interface WrittenValue {
  kind: 'written';
  node: YamlScalar;
  /** Path in the merged stack. */
  path: readonly (string | number)[];
  /** The nodes around it, the nearest first. */
  around: readonly YamlNode[];
}

/** Something that was given to the command. */
export interface GivenInput {
  kind: 'input';
  name: 'environment' | 'slot' | 'kubernetesVersion' | 'var';
  /** Name of the variable, for one. */
  variable?: string;
  value: Value;
}

export type Candidate = WrittenValue | GivenInput;

/** An entry or item that may be there or not. */
export interface Part {
  /** The entry, or the item of a list. */
  place: YamlEntry | YamlNode;
  value: YamlNode;
  path: readonly (string | number)[];
}

/** Blocks that are used up by merging, or that no object is made from. */
const withoutEffect = new Set(['components', 'imports', 'projectDocs', 'webhookRuntime']);

/** Every scalar of the stack that an object may depend on; units come first, then the rest. */
export function writtenValues(root: YamlMap): WrittenValue[] {
  const found: WrittenValue[] = [];
  const seen = new Set<string>();
  visit(root, [], []);
  return found.toSorted((a, b) => distance(a) - distance(b));

  function visit(node: YamlNode, path: (string | number)[], around: readonly YamlNode[]): void {
    if (node.kind === 'scalar') {
      const key = placeKey(node);
      if (node.value === null || seen.has(key)) return;
      seen.add(key);
      found.push({ kind: 'written', node, path, around });
      return;
    }
    const outer = [node, ...around];
    if (node.kind === 'seq') {
      for (const [index, item] of node.items.entries()) visit(item, [...path, index], outer);
      return;
    }
    for (const { key, value } of node.entries.values()) {
      if (path.length === 0 && key !== 'spec' && key !== 'metadata') continue;
      if (path.length === 1 && withoutEffect.has(key)) continue;
      // Of a variable, only its values make a difference, not what it is declared to be.
      if (path[1] === 'vars' && path.length === 3 && key !== 'default') continue;
      visit(value, [...path, key], outer);
    }
  }
}

const order = ['services', 'infrastructure', 'images', 'environments', 'vars', 'versions'];

/** What a person would look at first. */
function distance({ path }: WrittenValue): number {
  const rank = order.indexOf(String(path[1]));
  return rank < 0 ? order.length : rank;
}

/** The entries or items of a node. */
export function partsOf(node: YamlNode, path: readonly (string | number)[]): Part[] {
  if (node.kind === 'scalar') return [];
  if (node.kind === 'seq')
    return node.items.map((item, index) => ({ place: item, value: item, path: [...path, index] }));
  return [...node.entries.values()].map((entry) => ({
    place: entry,
    value: entry.value,
    path: [...path, entry.key],
  }));
}
