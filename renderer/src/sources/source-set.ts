import type { BoundedMap } from '../cache/index.ts';
import { globBase, globMatcher, isGlob } from '../paths/index.ts';
import type { SourceReader } from '../source-reader.ts';
import { parseYaml, sourceText, type SourceText, type YamlText } from '../yaml/index.ts';

/** A text with everything YAML says about it. */
export interface ParsedText extends YamlText {
  source: SourceText;
}

const decoder = new TextDecoder();
/** Git keeps no empty directories: readers may or may not see one. */
const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/**
 * What one render reads: each file once, and parsed only when its content is new. Remembers what
 * was read, because that is part of the inputs.
 */
export class SourceSet {
  readonly #reader: SourceReader;
  readonly #documents: BoundedMap<ParsedText>;
  readonly #onParse: () => void;
  readonly #digests = new Map<string, string | undefined>();
  readonly #texts = new Map<string, string>();
  readonly #lists = new Map<string, readonly string[]>();
  readonly #trees = new Map<string, string | undefined>();

  constructor(reader: SourceReader, documents: BoundedMap<ParsedText>, onParse: () => void) {
    this.#reader = reader;
    this.#documents = documents;
    this.#onParse = onParse;
  }

  /** Digests of every file that was looked at, by path. */
  get digests(): ReadonlyMap<string, string | undefined> {
    return this.#digests;
  }

  /** Git tree ids of every directory that was asked for as a whole, by path. */
  get trees(): ReadonlyMap<string, string | undefined> {
    return this.#trees;
  }

  /** Git tree id of a directory; undefined when there is none, or nothing in it. */
  async treeHash(directory: string): Promise<string | undefined> {
    if (this.#trees.has(directory)) return this.#trees.get(directory);
    const id = await this.#reader.treeHash(directory);
    const tree = id === emptyTree ? undefined : id;
    this.#trees.set(directory, tree);
    return tree;
  }

  /**
   * Every file below a directory with its bytes, sorted by path: for programs that read files
   * themselves. Ask for its tree id too, so that it counts as an input.
   *
   * @returns undefined when there are more bytes than that
   */
  async files(
    directory: string,
    maxBytes: number,
  ): Promise<ReadonlyMap<string, Uint8Array> | undefined> {
    const files = new Map<string, Uint8Array>();
    let size = 0;
    for (const path of await this.#reader.list(directory)) {
      const file = await this.#reader.read(path);
      if (file === undefined) continue;
      size += file.bytes.length + path.length;
      if (size > maxBytes) return undefined;
      files.set(path, file.bytes);
    }
    return files;
  }

  /** Digest of a file; undefined when there is none. */
  async digest(path: string): Promise<string | undefined> {
    if (this.#digests.has(path)) return this.#digests.get(path);
    if (this.#reader.digest === undefined) {
      await this.#read(path);
      return this.#digests.get(path);
    }
    const digest = await this.#reader.digest(path);
    this.#digests.set(path, digest);
    return digest;
  }

  /** Whether there is a file or directory. What it holds does not become an input. */
  async holds(path: string): Promise<boolean> {
    const file = this.#reader.digest?.(path) ?? this.#reader.read(path);
    return (await file) !== undefined || (await this.#reader.list(path)).length > 0;
  }

  /** Text of a file; undefined when there is none. */
  async text(path: string): Promise<string | undefined> {
    return this.#texts.get(path) ?? this.#read(path);
  }

  /** Documents of a YAML file; undefined when there is none. */
  async parse(path: string): Promise<ParsedText | undefined> {
    const digest = await this.digest(path);
    if (digest === undefined) return undefined;
    const key = `${digest} ${path}`;
    const known = this.#documents.get(key);
    if (known !== undefined) return known;
    const text = await this.text(path);
    if (text === undefined) return undefined;
    const parsed = await this.parseText(sourceText(path, text));
    this.#documents.set(key, parsed, text.length * 8 + 1000);
    return parsed;
  }

  /** Parses a text that stands in no file: the output of a template. */
  async parseText(source: SourceText): Promise<ParsedText> {
    this.#onParse();
    return { source, ...(await parseYaml(source)) };
  }

  /** Files that a path or pattern names, sorted; a plain path names itself, present or not. */
  async match(pattern: string): Promise<readonly string[]> {
    if (!isGlob(pattern)) return [pattern];
    const base = globBase(pattern);
    let list = this.#lists.get(base);
    if (list === undefined) {
      list = await this.#reader.list(base);
      this.#lists.set(base, list);
    }
    return list.filter(globMatcher(pattern));
  }

  async #read(path: string): Promise<string | undefined> {
    const file = await this.#reader.read(path);
    this.#digests.set(path, file?.digest);
    if (file === undefined) return undefined;
    const text = decoder.decode(file.bytes);
    this.#texts.set(path, text);
    return text;
  }
}
