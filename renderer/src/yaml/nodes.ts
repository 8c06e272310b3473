import type { SourceText } from './source-text.ts';

/** A plain value as JSON knows it. */
export type Value = string | number | boolean | null | Value[] | { [key: string]: Value };

/** Where a node begins. */
export interface Place {
  source: SourceText;
  /** Index into the text of the source. */
  offset: number;
}

export interface YamlScalar extends Place {
  kind: 'scalar';
  value: string | number | boolean | null;
  /** Set when a template made the value: its text, should a string be due after all. */
  printed?: string;
}

export interface YamlEntry extends Place {
  key: string;
  value: YamlNode;
}

export interface YamlMap extends Place {
  kind: 'map';
  entries: Map<string, YamlEntry>;
  /** Made by a merge: stands in place of whatever lies below it. */
  replaces?: boolean;
}

export interface YamlSeq extends Place {
  kind: 'seq';
  items: YamlNode[];
  replaces?: boolean;
}

/** A YAML value that knows where it was written. Trees are never changed in place. */
export type YamlNode = YamlScalar | YamlMap | YamlSeq;

/** The value alone. */
export function toValue(node: YamlNode): Value {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'seq') return node.items.map(toValue);
  const value: { [key: string]: Value } = {};
  for (const entry of node.entries.values()) value[entry.key] = toValue(entry.value);
  return value;
}

/** The value of a key of a map; undefined for anything else. */
export function child(node: YamlNode | undefined, key: string): YamlNode | undefined {
  return node?.kind === 'map' ? node.entries.get(key)?.value : undefined;
}

/** The items of a sequence; none for anything else. */
export function itemsOf(node: YamlNode | undefined): readonly YamlNode[] {
  return node?.kind === 'seq' ? node.items : [];
}

/** The string of a string scalar; undefined for anything else. */
export function stringOf(node: YamlNode | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

/** The deepest node that exists along a path. */
export function nearest(node: YamlNode, path: readonly (string | number)[]): YamlNode {
  let current = node;
  for (const part of path) {
    const next =
      current.kind === 'seq' ? current.items[Number(part)] : child(current, String(part));
    if (next === undefined) break;
    current = next;
  }
  return current;
}

/** The node at a path, or undefined. */
export function at(
  node: YamlNode | undefined,
  path: readonly (string | number)[],
): YamlNode | undefined {
  let current = node;
  for (const part of path) {
    current = current?.kind === 'seq' ? current.items[Number(part)] : child(current, String(part));
  }
  return current;
}

/** Where a key is written: an unknown field is pointed at by its name, not by its value. */
export function keyPlace(node: YamlNode, key: string): Place {
  const entry = node.kind === 'map' ? node.entries.get(key) : undefined;
  return entry ?? node;
}
