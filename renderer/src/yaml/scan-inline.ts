import type { YamlEntry, YamlNode } from './nodes.ts';
import { resolvePlain } from './plain-scalar.ts';
import type { SourceText } from './source-text.ts';

/** Thrown when a text needs the full parser. */
export class Unusual extends Error {}

/** A node and the index after it. */
export interface Scanned {
  node: YamlNode;
  end: number;
}

const simpleEscapes = new Set('"\\/bfnrt');
const flowPlain = /[A-Za-z0-9_./$<=~^+;()-][^\n,[\]{}#"']*?(?= *(?:[,\]}]|: ))/y;

/** A one-line quoted scalar. */
export function scanQuoted(source: SourceText, start: number): Scanned {
  return source.text[start] === '"' ? scanDouble(source, start) : scanSingle(source, start);
}

function scanDouble(source: SourceText, start: number): Scanned {
  const { text } = source;
  let escaped = false;
  for (let end = start + 1; end < text.length; end += 1) {
    const char = text[end];
    if (char === '\n') break;
    if (char === '\\') {
      end += 1;
      escaped = true;
      if (!simpleEscapes.has(text[end] ?? '')) break;
    } else if (char === '"') {
      // What is left of the escapes means the same in JSON.
      const value: unknown = escaped
        ? JSON.parse(text.slice(start, end + 1))
        : text.slice(start + 1, end);
      return { node: scalar(source, start, String(value)), end: end + 1 };
    }
  }
  throw new Unusual();
}

function scanSingle(source: SourceText, start: number): Scanned {
  const { text } = source;
  for (let end = start + 1; end < text.length; end += 1) {
    const char = text[end];
    if (char === '\n') break;
    if (char !== "'") continue;
    if (text[end + 1] === "'") end += 1;
    else {
      const value = text.slice(start + 1, end).replaceAll("''", "'");
      return { node: scalar(source, start, value), end: end + 1 };
    }
  }
  throw new Unusual();
}

/** A one-line `[…]` or `{…}`. */
export function scanFlow(source: SourceText, start: number): Scanned {
  return source.text[start] === '[' ? scanFlowSeq(source, start) : scanFlowMap(source, start);
}

function scanFlowSeq(source: SourceText, start: number): Scanned {
  const items: YamlNode[] = [];
  let next = skipSpaces(source, start + 1);
  if (source.text[next] === ']') return { node: seq(source, start, items), end: next + 1 };
  for (;;) {
    const { node, end } = scanFlowNode(source, next);
    items.push(node);
    next = skipSpaces(source, end);
    const char = source.text[next];
    if (char === ']') return { node: seq(source, start, items), end: next + 1 };
    if (char !== ',') throw new Unusual();
    next = skipSpaces(source, next + 1);
  }
}

function scanFlowMap(source: SourceText, start: number): Scanned {
  const entries = new Map<string, YamlEntry>();
  const node: YamlNode = { kind: 'map', entries, source, offset: start };
  let next = skipSpaces(source, start + 1);
  if (source.text[next] === '}') return { node, end: next + 1 };
  for (;;) {
    const key = scanFlowKey(source, next);
    if (entries.has(key.text) || key.text === '__proto__') throw new Unusual();
    const value = scanFlowNode(source, skipSpaces(source, key.end));
    entries.set(key.text, { key: key.text, value: value.node, source, offset: next });
    next = skipSpaces(source, value.end);
    const char = source.text[next];
    if (char === '}') return { node, end: next + 1 };
    if (char !== ',') throw new Unusual();
    next = skipSpaces(source, next + 1);
  }
}

/** A key with the colon after it. */
function scanFlowKey(source: SourceText, start: number): { text: string; end: number } {
  const { text } = source;
  const quoted = text[start] === '"' || text[start] === "'";
  const { node, end } = quoted ? scanQuoted(source, start) : scanFlowPlain(source, start);
  if (text[end] !== ':' || text[end + 1] !== ' ') throw new Unusual();
  const key = quoted && node.kind === 'scalar' ? String(node.value) : text.slice(start, end);
  return { text: key, end: end + 1 };
}

function scanFlowNode(source: SourceText, start: number): Scanned {
  const char = source.text[start];
  if (char === '[' || char === '{') return scanFlow(source, start);
  if (char === '"' || char === "'") return scanQuoted(source, start);
  return scanFlowPlain(source, start);
}

function scanFlowPlain(source: SourceText, start: number): Scanned {
  flowPlain.lastIndex = start;
  const text = flowPlain.exec(source.text)?.[0];
  // A dash alone, or before a space, is no text; a colon at the end is a key without a value.
  if (text === undefined || /^-(?: |$)|:$| $/.test(text)) throw new Unusual();
  const { value, ambiguous } = resolvePlain(text);
  if (ambiguous !== undefined) throw new Unusual();
  return { node: scalar(source, start, value), end: start + text.length };
}

function skipSpaces(source: SourceText, offset: number): number {
  let next = offset;
  while (source.text[next] === ' ') next += 1;
  return next;
}

function scalar(
  source: SourceText,
  offset: number,
  value: string | number | boolean | null,
): YamlNode {
  return { kind: 'scalar', value, source, offset };
}

function seq(source: SourceText, offset: number, items: YamlNode[]): YamlNode {
  return { kind: 'seq', items, source, offset };
}
