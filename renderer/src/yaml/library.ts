import type * as Yaml from 'yaml';
import type { Alias, Pair, Scalar } from 'yaml';
import type { YamlEntry, YamlMap, YamlNode } from './nodes.ts';
import { resolvePlain } from './plain-scalar.ts';
import type { SourceText } from './source-text.ts';

/** Something a text says that cannot be taken over. */
export interface YamlProblem {
  kind: 'syntax' | 'duplicate-key' | 'unquoted-template' | 'ambiguous' | 'unsupported';
  offset: number;
  message: string;
}

export interface YamlText {
  documents: YamlNode[];
  problems: YamlProblem[];
}

/** Aliases multiply: a document may not unfold to more values than this. */
const valueLimit = 200_000;

/**
 * Reads any YAML 1.2 text, merge keys included, and says all that is wrong with it. Slow and
 * exact; loaded only when a text needs it.
 */
export async function readDocuments(source: SourceText): Promise<YamlText> {
  const yaml = await import('yaml');
  const parsed = yaml.parseAllDocuments(source.text, { uniqueKeys: false, logLevel: 'silent' });
  const documents = Array.isArray(parsed) ? parsed : [];
  const problems: YamlProblem[] = [];
  const nodes = documents.flatMap((document) => {
    for (const error of document.errors) {
      const problem = syntaxProblem(source, error);
      // One slip makes the parser complain several times at one place.
      if (!problems.some(({ offset }) => offset === problem.offset)) problems.push(problem);
    }
    if (document.errors.length > 0 || document.contents === null) return [];
    const node = new Conversion(yaml, source, problems).convert(document.contents);
    return node.kind === 'scalar' && node.value === null ? [] : [node];
  });
  return { documents: problems.length === 0 ? nodes : [], problems };
}

function syntaxProblem(
  source: SourceText,
  error: { message: string; pos: [number, number] },
): YamlProblem {
  const offset = error.pos[0];
  const template = templateBefore(source.text, offset);
  if (template !== undefined) return unquotedTemplate(template);
  const message = error.message.split(/ at line \d+/)[0] ?? error.message;
  return { kind: 'syntax', offset, message: message.replace(/:$/, '') };
}

/** The unquoted `{{` that the parser stumbled over, on the same line. */
function templateBefore(text: string, offset: number): number | undefined {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const lineEnd = text.indexOf('\n', offset);
  const line = text.slice(lineStart, lineEnd < 0 ? text.length : lineEnd);
  const match = /^\s*(?:- +)?(?:[\w./-]+: +)?\{\{/.exec(line);
  return match === null ? undefined : lineStart + match[0].length - 2;
}

function unquotedTemplate(offset: number): YamlProblem {
  return { kind: 'unquoted-template', offset, message: 'a template must stand in quotes' };
}

class Conversion {
  readonly #yaml: typeof Yaml;
  readonly #source: SourceText;
  readonly #problems: YamlProblem[];
  /** Values so far, aliases unfolded. */
  #count = 0;
  readonly #anchors = new Map<string, { node: YamlNode; count: number }>();

  constructor(yaml: typeof Yaml, source: SourceText, problems: YamlProblem[]) {
    this.#yaml = yaml;
    this.#source = source;
    this.#problems = problems;
  }

  convert(node: unknown, fallback = 0): YamlNode {
    if (this.#yaml.isAlias(node)) return this.#alias(node, node.range?.[0] ?? fallback);
    const before = this.#count;
    this.#count += 1;
    const converted = this.#convertOwn(node, fallback);
    if (this.#yaml.isNode(node) && node.anchor !== undefined)
      this.#anchors.set(node.anchor, { node: converted, count: this.#count - before });
    return converted;
  }

  #convertOwn(node: unknown, fallback: number): YamlNode {
    const { isMap, isScalar, isSeq } = this.#yaml;
    if (isMap(node)) return this.#map(node.items, node.range?.[0] ?? fallback);
    if (isScalar(node)) return this.#fromScalar(node, node.range?.[0] ?? fallback);
    if (!isSeq(node)) return this.#scalar(null, fallback);
    const offset = node.range?.[0] ?? fallback;
    const items = node.items.map((item) => this.convert(item, offset));
    return { kind: 'seq', items, source: this.#source, offset };
  }

  #alias(alias: Alias, offset: number): YamlNode {
    const target = this.#anchors.get(alias.source);
    if (target === undefined) {
      this.#report('syntax', offset, `no anchor &${alias.source} before this alias`);
      return this.#scalar(null, offset);
    }
    const fits = this.#count <= valueLimit;
    this.#count += target.count;
    if (this.#count <= valueLimit) return target.node;
    if (fits) this.#report('unsupported', offset, 'the aliases unfold to too many values');
    return this.#scalar(null, offset);
  }

  #map(pairs: readonly Pair[], offset: number): YamlMap {
    const entries = new Map<string, YamlEntry>();
    const merged: YamlMap[] = [];
    for (const pair of pairs) {
      const keyOffset = this.#yaml.isNode(pair.key) ? (pair.key.range?.[0] ?? offset) : offset;
      const key = this.#key(pair.key, keyOffset);
      if (key === undefined) continue;
      const value = this.convert(pair.value, keyOffset);
      if (key === '<<') merged.push(...this.#mergeSources(value));
      else if (entries.has(key))
        this.#report('duplicate-key', keyOffset, `the key ${key} stands here twice`);
      else entries.set(key, { key, value, source: this.#source, offset: keyOffset });
    }
    for (const source of merged) {
      for (const entry of source.entries.values()) {
        if (!entries.has(entry.key)) entries.set(entry.key, entry);
      }
    }
    return { kind: 'map', entries, source: this.#source, offset };
  }

  #mergeSources(value: YamlNode): YamlMap[] {
    const maps = value.kind === 'seq' ? value.items : [value];
    return maps.flatMap((map) => {
      if (map.kind === 'map') return [map];
      this.#report('unsupported', map.offset, '<< merges maps only');
      return [];
    });
  }

  #key(key: unknown, offset: number): string | undefined {
    if (this.#yaml.isScalar(key)) {
      const text = key.type === 'PLAIN' ? (key.source ?? '') : String(scalarValue(key.value) ?? '');
      if (text !== '__proto__') return text;
    }
    if (this.#source.text.startsWith('{{', offset - 1))
      this.#problems.push(unquotedTemplate(offset - 1));
    else this.#report('unsupported', offset, 'a key must be a string');
    return undefined;
  }

  #fromScalar(scalar: Scalar, offset: number): YamlNode {
    // A tag such as !!str decides by itself.
    if (scalar.type !== 'PLAIN' || scalar.tag !== undefined)
      return this.#scalar(scalarValue(scalar.value), offset);
    const { value, ambiguous } = resolvePlain(scalar.source ?? '');
    if (ambiguous !== undefined) this.#report('ambiguous', offset, ambiguous);
    return this.#scalar(value, offset);
  }

  #scalar(value: string | number | boolean | null, offset: number): YamlNode {
    return { kind: 'scalar', value, source: this.#source, offset };
  }

  #report(kind: YamlProblem['kind'], offset: number, message: string): void {
    this.#problems.push({ kind, offset, message });
  }
}

function scalarValue(value: unknown): string | number | boolean | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : null;
}
