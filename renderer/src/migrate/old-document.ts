import { isMap, isScalar, isSeq, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import type { Notes, OldPlace } from './notes.ts';

/** An entry of an old map, comments and all; it may be put into the new document as it is. */
export interface OldEntry {
  pair: Pair;
  place: OldPlace;
}

/**
 * A map of the old document that is emptied field by field: what is left at the end is not known
 * to the migration, and is reported.
 */
export class OldMap {
  readonly map: YAMLMap;
  readonly place: OldPlace;
  readonly #notes: Notes;
  readonly #first: string | undefined;

  constructor(map: YAMLMap, notes: Notes, path: string) {
    this.map = map;
    this.place = { offset: map.range?.[0], path };
    this.#notes = notes;
    this.#first = map.items.map(keyOf)[0];
  }

  /** The names that are left. */
  keys(): string[] {
    return this.map.items.map(keyOf);
  }

  has(key: string): boolean {
    return this.map.items.some((pair) => keyOf(pair) === key);
  }

  placeOf(key: string): OldPlace {
    const pair = this.map.items.find((item) => keyOf(item) === key);
    const offset = isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
    return { offset: offset ?? this.place.offset, path: this.#join(key) };
  }

  /** The comment above an entry; above the first one it belongs to the map. */
  commentOf(key: string): string | undefined {
    const index = this.map.items.findIndex((pair) => keyOf(pair) === key);
    const node = this.map.items[index]?.key;
    const own = isScalar(node) ? node.commentBefore : undefined;
    return own ?? (key === this.#first ? this.map.commentBefore : undefined) ?? undefined;
  }

  /** Takes an entry out. */
  take(key: string): OldEntry | undefined {
    const place = this.placeOf(key);
    const index = this.map.items.findIndex((pair) => keyOf(pair) === key);
    if (index < 0) return undefined;
    const [pair] = this.map.items.splice(index, 1);
    return pair === undefined ? undefined : { pair, place };
  }

  /** Takes out a scalar as text; undefined when it is none or blank. */
  takeText(key: string): string | undefined {
    const entry = this.take(key);
    if (entry === undefined || !isScalar(entry.pair.value)) return undefined;
    const { value } = entry.pair.value;
    return value === null || value === '' ? undefined : scalarText(value);
  }

  /** Takes out a map; an empty one in its place counts as none. */
  takeMap(key: string): OldMap | undefined {
    const entry = this.take(key);
    if (entry === undefined) return undefined;
    const { value } = entry.pair;
    if (isMap(value)) return new OldMap(value, this.#notes, this.#join(key));
    if (isScalar(value) && value.value === null) return undefined;
    this.#notes.person(
      entry.place,
      `${key} is no map`,
      'Look at what it was meant to be; it was left out.',
    );
    return undefined;
  }

  /** Takes out a list; anything else in its place is left out with a note. */
  takeList(key: string): { items: unknown[]; path: string } {
    const entry = this.take(key);
    const path = this.#join(key);
    if (entry === undefined) return { items: [], path };
    const { value } = entry.pair;
    if (isSeq(value)) return { items: value.items, path };
    if (!(isScalar(value) && value.value === null))
      this.#notes.person(
        entry.place,
        `${key} is no list`,
        'Look at what it was meant to be; it was left out.',
      );
    return { items: [], path };
  }

  /** The maps of a list. */
  takeMaps(key: string): OldMap[] {
    const { items, path } = this.takeList(key);
    return items.flatMap((item, index) =>
      isMap(item) ? [new OldMap(item, this.#notes, `${path}[${index}]`)] : [],
    );
  }

  /** Reports every field that was not taken. */
  reportRest(action: string): void {
    for (const key of this.keys())
      this.#notes.person(this.placeOf(key), `${key} has no place in the contract`, action);
    this.map.items = [];
  }

  #join(key: string): string {
    const { path = '' } = this.place;
    return path === '' ? key : `${path}.${key}`;
  }
}

function keyOf(pair: Pair): string {
  return scalarText(pair.key);
}

/** Text of a scalar, as a node or as its value; empty for anything else. */
export function scalarText(node: unknown): string {
  const value = isScalar(node) ? node.value : node;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : '';
}

/** Puts an old entry into a new map, under another name if one is given; comments come along. */
export function putEntry(map: YAMLMap, { pair }: OldEntry, name?: string): void {
  if (name !== undefined && isScalar(pair.key)) pair.key.value = name;
  map.items.push(pair);
}

/** Puts a value into a new map, with the comment that stood above it in the old file. */
export function put(map: YAMLMap, name: string, value: unknown, comment?: string): void {
  const key = new Scalar(name);
  if (comment !== undefined) key.commentBefore = comment;
  map.items.push(new Pair(key, value));
}

/** A text, quoted the way people quote templates. */
export function textNode(text: string): Scalar<string> {
  const scalar = new Scalar(text);
  if (text.includes('{{')) scalar.type = text.includes("'") ? 'QUOTE_DOUBLE' : 'QUOTE_SINGLE';
  return scalar;
}

/** A list of texts on one line. */
export function inlineList(texts: readonly string[]): YAMLSeq {
  const list = new YAMLSeq();
  list.flow = true;
  list.items = texts.map(textNode);
  return list;
}

/** A list of maps, each of the given fields. */
export function mapOf(fields: Readonly<Record<string, unknown>>): YAMLMap {
  const map = new YAMLMap();
  for (const [name, value] of Object.entries(fields)) put(map, name, value);
  return map;
}
