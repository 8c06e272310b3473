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
  const documents = documentsBySource.get(place.source) ?? [];
  // Values stand in the order of the text, so one way down leads there. Aliases and merge keys
  // break the order: then everything is looked at.
  const near = lastBefore(documents, place.offset);
  const direct = near === undefined ? undefined : search(near, place, '', true);
  if (direct !== undefined) return direct;
  for (const document of documents) {
    const path = search(document, place, '', false);
    if (path !== undefined) return path;
  }
  return undefined;
}

/** The last of several places in order that does not begin after an offset. */
function lastBefore<T extends { offset: number }>(
  places: readonly T[],
  offset: number,
): T | undefined {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle]?.offset ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return places[low - 1];
}

function search(node: YamlNode, place: Place, path: string, isDirect: boolean): string | undefined {
  if (node === place || isSame(node, place)) return path;
  if (node.kind === 'scalar') return undefined;
  if (node.kind === 'seq') {
    const near = isDirect ? lastBefore(node.items, place.offset) : undefined;
    for (const index of near === undefined ? node.items.keys() : [node.items.indexOf(near)]) {
      const item = node.items[index];
      const found = item && search(item, place, `${path}[${index}]`, isDirect);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  const all = [...node.entries.values()];
  const near = isDirect ? lastBefore(all, place.offset) : undefined;
  for (const entry of near === undefined ? all : [near]) {
    const step = /^[A-Za-z_][\w-]*$/.test(entry.key) ? entry.key : JSON.stringify(entry.key);
    const next = path === '' ? step : `${path}.${step}`;
    if (entry === place) return next;
    const found = search(entry.value, place, next, isDirect);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Merging and templates make new nodes; kind and offset still say which one is meant. */
function isSame(node: YamlNode, place: Place): boolean {
  return 'kind' in place && place.kind === node.kind && place.offset === node.offset;
}
