/** An image that a Dockerfile builds on. */
export interface DockerfileBase {
  /** With arguments filled in; empty when an argument has no value. */
  reference: string;
  /** As written. */
  written: string;
  /** Index into the text of the Dockerfile. */
  offset: number;
}

interface Instruction {
  keyword: string;
  text: string;
  offset: number;
}

interface Stage {
  name: string | undefined;
  /** What it is made from and copies from: stages or images. */
  sources: DockerfileBase[];
}

/**
 * The images that a build of one stage pulls: those of FROM, `COPY --from` and `RUN --mount=from=`
 * in the stages it needs. A stage that is not needed does not count, as in BuildKit.
 *
 * @param args build arguments; they win over the defaults of ARG before the first FROM
 * @returns undefined when the Dockerfile has no such stage
 */
export function baseImages(
  text: string,
  target: string | undefined,
  args: Readonly<Record<string, string>>,
): DockerfileBase[] | undefined {
  const stages = stagesOf(text, args);
  const wanted = target === undefined ? stages.length - 1 : stageIndex(stages, target);
  if (wanted < 0) return undefined;
  const bases = new Map<string, DockerfileBase>();
  const done = new Set<number>();
  const open = [wanted];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (done.has(index)) continue;
    done.add(index);
    for (const source of stages[index]?.sources ?? []) {
      const inner = stageIndex(stages.slice(0, index), source.reference);
      if (inner >= 0) open.push(inner);
      else if (source.reference !== 'scratch') bases.set(source.reference, source);
    }
  }
  return [...bases.values()].toSorted((a, b) => a.offset - b.offset);
}

/** A stage by name or number; of two with one name the last. */
function stageIndex(stages: readonly Stage[], name: string): number {
  const byName = stages.findLastIndex((stage) => stage.name === name.toLowerCase());
  if (byName >= 0) return byName;
  return /^[0-9]+$/.test(name) && Number(name) < stages.length ? Number(name) : -1;
}

function stagesOf(text: string, args: Readonly<Record<string, string>>): Stage[] {
  const stages: Stage[] = [];
  const values = new Map<string, string>();
  for (const instruction of instructionsOf(text)) {
    const stage = stages.at(-1);
    if (instruction.keyword === 'ARG' && stage === undefined) {
      for (const declared of instruction.text.trim().split(/\s+/)) {
        const [name, fallback] = splitOnce(declared, '=');
        const value = Object.hasOwn(args, name) ? args[name] : fallback;
        if (value !== undefined) values.set(name, expand(unquote(value), values));
      }
    } else if (instruction.keyword === 'FROM') {
      const match = /^((?:\s*--\S+)*\s*)(\S+)(?:\s+[aA][sS]\s+(\S+))?/.exec(instruction.text);
      const [, before = '', written = '', name] = match ?? [];
      const offset = instruction.offset + before.length;
      const reference = expand(unquote(written), values);
      stages.push({ name: name?.toLowerCase(), sources: [{ reference, written, offset }] });
    } else if (stage !== undefined) stage.sources.push(...copiedFrom(instruction));
  }
  return stages;
}

/** `COPY --from=x` and `RUN --mount=type=bind,from=x`: only flags count, and they come first. */
function copiedFrom({ keyword, text, offset }: Instruction): DockerfileBase[] {
  if (keyword !== 'COPY' && keyword !== 'ADD' && keyword !== 'RUN') return [];
  const flags = /^(?:\s*--\S+)*/.exec(text)?.[0] ?? '';
  const found = flags.matchAll(/--(?:from=|mount=(?:[^\s,]*,)*from=)([^\s,]+)/g);
  return [...found].map((match) => {
    const written = match[1] ?? '';
    const start = offset + match.index + match[0].length - written.length;
    return { reference: unquote(written), written, offset: start };
  });
}

function instructionsOf(text: string): Instruction[] {
  const instructions: Instruction[] = [];
  const continues = /^#[ \t]*escape[ \t]*=[ \t]*`/im.test(text) ? /`(\s*)$/ : /\\(\s*)$/;
  let heredoc: string | undefined;
  let current: Instruction | undefined;
  for (const { 0: line, index } of text.matchAll(/[^\n]+/g)) {
    const content = line.replace(/\r$/, '');
    if (heredoc !== undefined) {
      if (content.trim() === heredoc) heredoc = undefined;
      continue;
    }
    if (/^\s*#/.test(content)) continue;
    const isContinued = continues.test(content);
    // A line that goes on keeps its length, so that offsets stay right.
    const body = isContinued ? content.replace(continues, ' $1') : content;
    if (current === undefined) {
      const match = /^(\s*)([A-Za-z]+)/.exec(body);
      if (match === null) continue;
      const keyword = (match[2] ?? '').toUpperCase();
      current = { keyword, text: body.slice(match[0].length), offset: index + match[0].length };
      instructions.push(current);
    } else {
      const gap = index - (current.offset + current.text.length);
      current.text += ' '.repeat(Math.max(gap, 0)) + body;
    }
    if (isContinued) continue;
    heredoc = /^(?:RUN|COPY|ADD)$/.test(current.keyword)
      ? /<<-?\s*["']?([A-Za-z_][A-Za-z0-9_]*)/.exec(current.text)?.[1]
      : undefined;
    current = undefined;
  }
  return instructions;
}

/** `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME:+other}`; without a value the whole is empty. */
function expand(text: string, values: ReadonlyMap<string, string>): string {
  let missing = false;
  const expanded = text.replace(
    /\$(?:\{([A-Za-z_][A-Za-z0-9_]*)(?::([-+])([^}]*))?\}|([A-Za-z_][A-Za-z0-9_]*))/g,
    (_, braced: string | undefined, sign: string | undefined, other = '', plain = '') => {
      const value = values.get(braced ?? plain);
      if (sign === '+') return value === undefined || value === '' ? '' : expand(other, values);
      if (value !== undefined && (value !== '' || sign !== '-')) return value;
      if (sign === '-') return expand(other, values);
      missing = true;
      return '';
    },
  );
  return missing ? '' : expanded;
}

function unquote(text: string): string {
  return /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text;
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const index = text.indexOf(separator);
  return index < 0
    ? [text, undefined]
    : [text.slice(0, index), text.slice(index + separator.length)];
}
