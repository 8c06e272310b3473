import { knownFunctions, tokenize, type Token } from '../template/index.ts';

/** What the templates of an old layout may mean in the new one. */
export interface TemplateRules {
  /** `$name` → expression, for variables that the head of the old file set for the whole text. */
  constants: ReadonlyMap<string, string>;
  /** `envOr "KEY" …` → expression, for keys that the old control plane computed itself. */
  computed: ReadonlyMap<string, string>;
  /** `.A.B` → expression. */
  fields: ReadonlyMap<string, string>;
  /** `index .Map "key"` → expression, by the name of the map. */
  indexed: ReadonlyMap<string, (key: string | undefined) => string | undefined>;
  /** Fields of the old context that have no counterpart: name → what to do. */
  gone: ReadonlyMap<string, string>;
  /** A variable that the template reads, with the literal it falls back to. */
  declare(name: string, fallback: string | undefined): void;
  /** Something a person must look at; the offset is that in the template. */
  person(offset: number, message: string, action: string): void;
}

interface Edit {
  start: number;
  end: number;
  text: string;
}

/** Rewrites the expressions of a template; the text around them stays byte for byte. */
export function rewriteTemplate(text: string, rules: TemplateRules): string {
  if (!text.includes('{{')) return text;
  const tokens = tokensOf(text, rules);
  const edits: Edit[] = [];
  const local = localVariables(tokens);
  for (let index = 0; index < tokens.length; index += 1) {
    const edit =
      rewriteVariable(tokens, index, rules, local) ??
      rewriteIndex(tokens, index, rules) ??
      rewriteField(text, tokens, index, rules) ??
      rewriteCall(text, tokens, index, rules);
    if (edit === undefined) continue;
    edits.push(edit);
    while ((tokens[index + 1]?.offset ?? Infinity) < edit.end) index += 1;
  }
  let result = text;
  for (const { start, end, text: replacement } of edits.toReversed())
    result = result.slice(0, start) + replacement + result.slice(end);
  return result;
}

function tokensOf(text: string, rules: TemplateRules): Token[] {
  try {
    return tokenize(text).filter(({ kind }) => kind !== 'text');
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    rules.person(0, `a template cannot be read: ${message}`, 'Correct it by hand.');
    return [];
  }
}

function localVariables(tokens: readonly Token[]): ReadonlySet<string> {
  const declared = tokens.flatMap((token, index) =>
    token.kind === 'variable' && after(tokens, index)?.kind === 'declare' ? [token.text] : [],
  );
  return new Set(declared);
}

/** `$name` of the head of the file becomes what it stood for. */
function rewriteVariable(
  tokens: readonly Token[],
  index: number,
  { constants }: TemplateRules,
  local: ReadonlySet<string>,
): Edit | undefined {
  const token = tokens[index];
  if (token?.kind !== 'variable' || local.has(token.text)) return undefined;
  const expression = constants.get(token.text);
  if (expression === undefined) return undefined;
  return {
    start: token.offset,
    end: endOf(token),
    text: grouped(expression, isAlone(tokens, index, index)),
  };
}

/** `index .BaseDomain "dev"` and the like. */
function rewriteIndex(
  tokens: readonly Token[],
  index: number,
  { indexed }: TemplateRules,
): Edit | undefined {
  const [name, first, field, second, key] = tokens.slice(index, index + 5);
  if (name?.text !== 'index' || first?.kind !== 'space' || field?.kind !== 'field')
    return undefined;
  const rule = indexed.get(field.text.slice(1));
  if (rule === undefined || second?.kind !== 'space' || key === undefined) return undefined;
  const literal = key.kind === 'string' ? unquote(key.text) : undefined;
  const text =
    literal === undefined && key.text !== '.Env'
      ? undefined
      : rule(key.text === '.Env' ? undefined : literal);
  if (text === undefined) return undefined;
  return {
    start: name.offset,
    end: endOf(key),
    text: grouped(text, isAlone(tokens, index, index + 4)),
  };
}

/** Fields of the old context. */
function rewriteField(
  text: string,
  tokens: readonly Token[],
  index: number,
  rules: TemplateRules,
): Edit | undefined {
  const token = tokens[index];
  const before = tokens[index - 1];
  const continues =
    before !== undefined && ['field', 'variable', 'rightParen'].includes(before.kind);
  if (token?.kind !== 'field' || (continues && endOf(before) === token.offset)) return undefined;
  let last = index;
  while (tokens[last + 1]?.kind === 'field' && tokens[last + 1]?.offset === endOf(tokens[last]))
    last += 1;
  const chain = text.slice(token.offset, endOf(tokens[last]));
  const [, root = '', name] = chain.split('.');
  if (name !== undefined && ['Vars', 'EnvMap', 'UserVars'].includes(root)) {
    rules.declare(name, undefined);
    return { start: token.offset, end: token.offset + root.length + 1, text: '.Vars' };
  }
  const replacement = rules.fields.get(chain);
  if (replacement !== undefined) {
    if (replacement.startsWith('.Vars.')) rules.declare(replacement.slice(6), undefined);
    return {
      start: token.offset,
      end: endOf(tokens[last]),
      text: grouped(replacement, isAlone(tokens, index, last)),
    };
  }
  const action = rules.gone.get(root);
  if (action !== undefined)
    rules.person(token.offset, `${chain} is not known to templates any more`, action);
  return undefined;
}

/** Calls: declared inputs, computed ones, and the order of trimPrefix. */
function rewriteCall(
  text: string,
  tokens: readonly Token[],
  index: number,
  rules: TemplateRules,
): Edit | undefined {
  const token = tokens[index];
  if (token?.kind !== 'identifier') return undefined;
  if (token.text === 'envOr') return rewriteEnvironment(tokens, index, rules);
  if (token.text === 'trimPrefix') return swapOperands(text, tokens, index);
  if (!knownFunctions.has(token.text))
    rules.person(
      token.offset,
      `the function ${token.text} is not part of the template language`,
      'Write the value itself, or give it as a declared variable: a render depends on declared inputs alone.',
    );
  return undefined;
}

function rewriteEnvironment(
  tokens: readonly Token[],
  index: number,
  rules: TemplateRules,
): Edit | undefined {
  const key = tokens[index + 2];
  if (key?.kind !== 'string') return undefined;
  const name = unquote(key.text);
  const fallback = operandEnd(tokens, index + 4);
  const computed = rules.computed.get(name);
  if (computed !== undefined && fallback !== undefined)
    return {
      start: tokens[index]?.offset ?? 0,
      end: endOf(tokens[fallback]),
      text: grouped(computed, isAlone(tokens, index, fallback)),
    };
  const literal = tokens[index + 4];
  rules.declare(name, literal?.kind === 'string' ? unquote(literal.text) : undefined);
  return undefined;
}

/** Some releases took the prefix first; the documents, and this renderer, take the text first. */
function swapOperands(text: string, tokens: readonly Token[], index: number): Edit | undefined {
  const prefix = tokens[index + 2];
  const value = tokens[index + 4];
  if (prefix?.kind !== 'string' || value === undefined || value.kind === 'string') return undefined;
  const end = operandEnd(tokens, index + 4);
  if (end === undefined) return undefined;
  const operand = text.slice(value.offset, endOf(tokens[end]));
  return { start: prefix.offset, end: endOf(tokens[end]), text: `${operand} ${prefix.text}` };
}

/** Index of the last token of the operand that begins here. */
function operandEnd(tokens: readonly Token[], index: number): number | undefined {
  const first = tokens[index];
  if (first === undefined) return undefined;
  let last = index;
  if (first.kind === 'leftParen') {
    let depth = 0;
    for (; last < tokens.length; last += 1) {
      if (tokens[last]?.kind === 'leftParen') depth += 1;
      if (tokens[last]?.kind === 'rightParen') depth -= 1;
      if (depth === 0) break;
    }
    return tokens[last] === undefined ? undefined : last;
  }
  while (tokens[last + 1]?.kind === 'field' && tokens[last + 1]?.offset === endOf(tokens[last]))
    last += 1;
  return last;
}

/** Whether an expression is the whole action, or stands in parentheses of its own already. */
function isAlone(tokens: readonly Token[], first: number, last: number): boolean {
  const before = tokens[first - 1]?.kind === 'space' ? tokens[first - 2] : tokens[first - 1];
  const next = after(tokens, last);
  const inAction = before?.kind === 'open' || before?.kind === 'declare';
  return (
    (inAction && next?.kind === 'close') ||
    (before?.kind === 'leftParen' && next?.kind === 'rightParen')
  );
}

function after(tokens: readonly Token[], index: number): Token | undefined {
  return tokens[index + 1]?.kind === 'space' ? tokens[index + 2] : tokens[index + 1];
}

function grouped(expression: string, alone: boolean): string {
  return alone || !/\s/.test(expression) || /^"[^"]*"$/.test(expression)
    ? expression
    : `(${expression})`;
}

function endOf(token: Token | undefined): number {
  return token === undefined ? 0 : token.offset + token.text.length;
}

function unquote(text: string): string {
  return text.slice(1, -1).replaceAll('\\"', '"');
}
