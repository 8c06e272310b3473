import type { Place, YamlNode } from './nodes.ts';
import type { SourceText } from './source-text.ts';

const documentsBySource = new WeakMap<SourceText, readonly YamlNode[]>();

/** Remembers which documents a text holds, so that paths can be told later. */
export function rememberDocuments(source: SourceText, documents: readonly YamlNode[]): void {
  documentsBySource.set(source, documents);
}

/**
 * Path of a value or key in its document, such as `spec.services[2].image`. Searched for when it
 * is asked for: almost no path ever is.
 */
export function pathOf(place: Place): string | undefined {
  for (const document of documentsBySource.get(place.source) ?? []) {
    const path = search(document, place, '');
    if (path !== undefined) return path;
  }
  return undefined;
}

function search(node: YamlNode, place: Place, path: string): string | undefined {
  if (node === place || isSame(node, place)) return path;
  if (node.kind === 'scalar') return undefined;
  if (node.kind === 'seq') {
    for (const [index, item] of node.items.entries()) {
      const found = search(item, place, `${path}[${index}]`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  for (const entry of node.entries.values()) {
    const step = /^[A-Za-z_][\w-]*$/.test(entry.key) ? entry.key : JSON.stringify(entry.key);
    const next = path === '' ? step : `${path}.${step}`;
    if (entry === place) return next;
    const found = search(entry.value, place, next);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Merging and templates make new nodes; kind and offset still say which one is meant. */
function isSame(node: YamlNode, place: Place): boolean {
  return 'kind' in place && place.kind === node.kind && place.offset === node.offset;
}
