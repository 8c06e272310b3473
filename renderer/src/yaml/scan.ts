import type { YamlEntry, YamlNode, YamlSeq } from './nodes.ts';
import { resolvePlain } from './plain-scalar.ts';
import { Unusual, scanFlow, scanQuoted, type Scanned } from './scan-inline.ts';
import type { SourceText } from './source-text.ts';

const newline = 0x0a;
const space = 0x20;
const hash = 0x23;
const dash = 0x2d;

/** Characters that no text of the usual kind has: tabs, carriage returns, a byte order mark. */
const unusualText = /[\t\r\ufeff\u0085\u2028\u2029]/;
const plainKey = /[A-Za-z0-9_./$][A-Za-z0-9_./$@~+*-]*(?=:(?:[ \n]|$))/y;
const quotedKey = /(?:"[^"\\\n]*"|'[^'\n]*')(?=:(?:[ \n]|$))/y;
/** First characters that make a scalar something else than plain text. */
const indicators = new Set('&*!%@`>?:,]}#'.split('').map((char) => char.charCodeAt(0)));

/**
 * Reads the YAML that people write by hand – block maps and lists, one-line scalars, literal blocks,
 * one-line flow – some ten times faster than a full parser, with the place of every node.
 *
 * @returns the documents, or undefined when anything is unusual or wrong: then the full parser
 * reads the text and has the last word. A property test holds the two to the same answer.
 */
export function scanDocuments(source: SourceText): YamlNode[] | undefined {
  if (unusualText.test(source.text)) return undefined;
  try {
    return new Scanner(source).documents();
  } catch (error) {
    if (error instanceof Unusual) return undefined;
    throw error;
  }
}

class Scanner {
  readonly #source: SourceText;
  readonly #text: string;
  /** Start of the line that is being read. */
  #line = 0;
  /** Of the line found by `nextLine`: its first character that is not a space. */
  #start = 0;

  constructor(source: SourceText) {
    this.#source = source;
    this.#text = source.text;
  }

  documents(): YamlNode[] {
    const documents: YamlNode[] = [];
    if (this.#text.startsWith('%')) throw new Unusual();
    for (;;) {
      if (this.#nextLine()) documents.push(this.#block());
      if (this.#nextLine()) throw new Unusual();
      if (this.#line >= this.#text.length) return documents;
      this.#skipMarker();
    }
  }

  /** Moves to the next line with content; false at the end of the document. */
  #nextLine(): boolean {
    const text = this.#text;
    while (this.#line < text.length) {
      let start = this.#line;
      while (text.charCodeAt(start) === space) start += 1;
      const code = text.charCodeAt(start);
      if (code === newline) this.#line = start + 1;
      else if (code === hash) this.#endLine(start);
      else if (start >= text.length) this.#line = start;
      else {
        this.#start = start;
        return start !== this.#line || !this.#atMarker();
      }
    }
    return false;
  }

  #atMarker(): boolean {
    const mark = this.#text.substr(this.#line, 3);
    if (mark !== '---' && mark !== '...') return false;
    const after = this.#text.charCodeAt(this.#line + 3);
    return Number.isNaN(after) || after === newline || after === space;
  }

  #skipMarker(): void {
    if (this.#text.charCodeAt(this.#line) !== dash) throw new Unusual();
    this.#finish(this.#line + 3);
  }

  get #indent(): number {
    return this.#start - this.#line;
  }

  /** The block that starts at the line found by `nextLine`. */
  #block(parent = -1): YamlNode {
    if (this.#isDash(this.#start)) return this.#sequence(this.#indent, this.#start);
    const key = this.#keyEnd(this.#start);
    return key >= 0
      ? this.#mapping(this.#indent, this.#start, key)
      : this.#inline(this.#start, parent);
  }

  #mapping(column: number, offset: number, firstKeyEnd: number): YamlNode {
    const entries = new Map<string, YamlEntry>();
    let start = offset;
    let keyEnd = firstKeyEnd;
    for (;;) {
      const quoted = isQuote(this.#text.charCodeAt(start)) ? 1 : 0;
      const key = this.#text.slice(start + quoted, keyEnd - quoted);
      if (entries.has(key) || key === '__proto__') throw new Unusual();
      const value = this.#entryValue(keyEnd + 1, column);
      entries.set(key, { key, value, source: this.#source, offset: start });
      if (!this.#nextLine() || this.#indent < column) break;
      start = this.#start;
      keyEnd = this.#indent === column ? this.#keyEnd(start) : -1;
      if (keyEnd < 0) throw new Unusual();
    }
    return { kind: 'map', entries, source: this.#source, offset };
  }

  #entryValue(afterColon: number, column: number): YamlNode {
    const start = this.#skipSpaces(afterColon);
    if (!this.#isLineEnd(start)) return this.#inline(start, column);
    this.#endLine(start);
    if (!this.#nextLine() || this.#indent < column) return this.#null(afterColon);
    if (this.#indent > column) return this.#block(column);
    // A list may stand in the same column as the key that holds it.
    return this.#isDash(this.#start) ? this.#sequence(column, this.#start) : this.#null(afterColon);
  }

  #sequence(column: number, offset: number): YamlSeq {
    const items: YamlNode[] = [];
    let start = offset;
    for (;;) {
      items.push(this.#item(start, column));
      if (!this.#nextLine() || this.#indent < column) break;
      if (this.#indent > column) throw new Unusual();
      if (!this.#isDash(this.#start)) break;
      start = this.#start;
    }
    return { kind: 'seq', items, source: this.#source, offset };
  }

  #item(dashAt: number, column: number): YamlNode {
    const start = this.#skipSpaces(dashAt + 1);
    if (this.#isLineEnd(start)) {
      this.#endLine(start);
      return this.#nextLine() && this.#indent > column
        ? this.#block(column)
        : this.#null(dashAt + 1);
    }
    if (this.#isDash(start)) return this.#sequence(start - this.#line, start);
    const key = this.#keyEnd(start);
    if (key >= 0) return this.#mapping(start - this.#line, start, key);
    return this.#inline(start, column);
  }

  /** A value that starts and, unless it is a literal block, ends on this line. */
  #inline(start: number, column: number): YamlNode {
    const code = this.#text.charCodeAt(start);
    if (isQuote(code)) return this.#scanned(scanQuoted(this.#source, start));
    if (code === 0x5b || code === 0x7b) return this.#scanned(scanFlow(this.#source, start));
    if (code === 0x7c) return this.#literal(start, column);
    if (indicators.has(code) && !this.#startsPlain(start, code)) throw new Unusual();
    if (this.#isDash(start)) throw new Unusual();
    return this.#plain(start);
  }

  /** `?` and `:` are plain text when no space follows. */
  #startsPlain(start: number, code: number): boolean {
    const next = this.#text.charCodeAt(start + 1);
    return (code === 0x3f || code === 0x3a) && next > space;
  }

  #scanned({ node, end }: Scanned): YamlNode {
    this.#finish(end);
    return node;
  }

  #plain(start: number): YamlNode {
    let end = this.#lineEnd(start);
    const next = end + 1;
    let text = this.#text.slice(start, end);
    const comment = text.indexOf(' #');
    if (comment >= 0) {
      text = text.slice(0, comment);
      end = start + comment;
    }
    text = text.trimEnd();
    if (text.includes(': ') || text.endsWith(':')) throw new Unusual();
    const { value, ambiguous } = resolvePlain(text);
    if (ambiguous !== undefined) throw new Unusual();
    this.#line = next;
    return { kind: 'scalar', value, source: this.#source, offset: start };
  }

  #literal(start: number, column: number): YamlNode {
    if (column < 0) throw new Unusual();
    const header = this.#text.charCodeAt(start + 1);
    const chomp = header === dash ? '-' : header === 0x2b ? '+' : '';
    this.#finish(start + 1 + chomp.length);
    const lines = this.#literalLines(column);
    let last = lines.length;
    while (last > 0 && lines[last - 1] === '') last -= 1;
    if (last === 0) throw new Unusual();
    const content = lines.slice(0, last).join('\n');
    const tail = chomp === '-' ? '' : chomp === '+' ? '\n'.repeat(lines.length - last + 1) : '\n';
    return { kind: 'scalar', value: content + tail, source: this.#source, offset: start };
  }

  /** The lines of a literal block without their indentation, blank ones at the end included. */
  #literalLines(column: number): string[] {
    const lines: string[] = [];
    let indent = -1;
    while (this.#line < this.#text.length) {
      const end = this.#lineEnd(this.#line);
      let start = this.#line;
      while (start < end && this.#text.charCodeAt(start) === space) start += 1;
      const width = start - this.#line;
      if (start < end) {
        if (indent < 0) indent = width;
        if (width < indent || width <= column) break;
      } else if (indent < 0 && width > 0) throw new Unusual();
      if (end === this.#text.length) throw new Unusual();
      lines.push(this.#text.slice(Math.min(this.#line + Math.max(indent, 0), end), end));
      this.#line = end + 1;
    }
    return lines;
  }

  #null(offset: number): YamlNode {
    return { kind: 'scalar', value: null, source: this.#source, offset };
  }

  /** Ends the line after a value: only spaces and a comment may follow. */
  #finish(end: number): void {
    const rest = this.#skipSpaces(end);
    const comment = this.#text.charCodeAt(rest) === hash && rest > end;
    if (!comment && !this.#isNewlineOrEnd(rest)) throw new Unusual();
    this.#endLine(rest);
  }

  #keyEnd(start: number): number {
    const pattern = isQuote(this.#text.charCodeAt(start)) ? quotedKey : plainKey;
    pattern.lastIndex = start;
    return pattern.test(this.#text) ? pattern.lastIndex : -1;
  }

  #isDash(offset: number): boolean {
    if (this.#text.charCodeAt(offset) !== dash) return false;
    const next = this.#text.charCodeAt(offset + 1);
    return next === space || next === newline || Number.isNaN(next);
  }

  #isLineEnd(offset: number): boolean {
    return this.#isNewlineOrEnd(offset) || this.#text.charCodeAt(offset) === hash;
  }

  #isNewlineOrEnd(offset: number): boolean {
    return offset >= this.#text.length || this.#text.charCodeAt(offset) === newline;
  }

  #skipSpaces(offset: number): number {
    let next = offset;
    while (this.#text.charCodeAt(next) === space) next += 1;
    return next;
  }

  #lineEnd(offset: number): number {
    const end = this.#text.indexOf('\n', offset);
    return end < 0 ? this.#text.length : end;
  }

  #endLine(offset: number): void {
    this.#line = Math.min(this.#lineEnd(offset) + 1, this.#text.length);
  }
}

function isQuote(code: number): boolean {
  return code === 0x22 || code === 0x27;
}
