import { TemplateError } from './template-error.ts';

export type TokenKind =
  | 'text'
  | 'open'
  | 'close'
  | 'space'
  | 'field'
  | 'variable'
  | 'dot'
  | 'identifier'
  | 'keyword'
  | 'bool'
  | 'number'
  | 'char'
  | 'string'
  | 'rawString'
  | 'pipe'
  | 'declare'
  | 'assign'
  | 'comma'
  | 'leftParen'
  | 'rightParen'
  | 'end';

export interface Token {
  kind: TokenKind;
  text: string;
  /** Index into the text of the template. */
  offset: number;
}

const keywords = new Set(
  'block break continue define else end if nil range template with'.split(' '),
);
const spaces = /[ \t\r\n]+/y;
const word = /[\p{L}\p{Nd}_]+/uy;
const quotedString = /"(?:[^"\\\n]|\\[^\n])*"/y;
const quotedChar = /'(?:[^'\\\n]|\\[^\n])+'/y;
const rawString = /`[^`]*`/y;
const number =
  /[+-]?(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9_]+)?)/y;
const trimRight = /[ \t\r\n]+$/;

/**
 * Splits a template as Go's text/template does, trim markers applied.
 * Source: https://pkg.go.dev/text/template/parse
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  for (;;) {
    const open = text.indexOf('{{', position);
    const end = open < 0 ? text.length : open;
    const trims = open >= 0 && text[open + 2] === '-' && isSpace(text[open + 3]);
    const plain = text.slice(position, end);
    const kept = trims ? plain.replace(trimRight, '') : plain;
    if (kept !== '') tokens.push({ kind: 'text', text: kept, offset: position });
    if (open < 0) break;
    position = lexAction(text, open, open + (trims ? 4 : 2), tokens);
  }
  tokens.push({ kind: 'end', text: '', offset: text.length });
  return tokens;
}

/** Reads one action or comment and returns the index of the text after it. */
function lexAction(text: string, open: number, start: number, tokens: Token[]): number {
  if (text.startsWith('/*', start)) return skipComment(text, open, start);
  tokens.push({ kind: 'open', text: '{{', offset: open });
  let position = start + spacesLength(text, start);
  let depth = 0;
  for (;;) {
    const close = closeLength(text, position);
    if (close > 0) {
      if (depth > 0) throw syntax(position, 'unclosed left paren');
      tokens.push({ kind: 'close', text: '}}', offset: position });
      return afterClose(text, position, close);
    }
    if (position >= text.length) throw syntax(open, 'unclosed action');
    const token = lexToken(text, position, open);
    if (token.kind === 'leftParen') depth += 1;
    if (token.kind === 'rightParen') depth -= 1;
    if (depth < 0) throw syntax(position, 'unexpected right paren');
    tokens.push(token);
    position += token.text.length;
  }
}

function skipComment(text: string, open: number, start: number): number {
  const end = text.indexOf('*/', start + 2);
  if (end < 0) throw syntax(open, 'unclosed comment');
  const close = closeLength(text, end + 2);
  if (close === 0) throw syntax(open, 'comment ends before closing delimiter');
  return afterClose(text, end + 2, close);
}

/** Length of the closing delimiter at a position, its trim marker included; 0 for none. */
function closeLength(text: string, position: number): number {
  if (text.startsWith('}}', position)) return 2;
  return isSpace(text[position]) && text.startsWith('-}}', position + 1) ? 4 : 0;
}

function afterClose(text: string, position: number, length: number): number {
  let next = position + length;
  if (length === 4) while (isSpace(text[next])) next += 1;
  return next;
}

function lexToken(text: string, position: number, open: number): Token {
  const token = (kind: TokenKind, length: number): Token => ({
    kind,
    text: text.slice(position, position + length),
    offset: position,
  });
  const char = text[position] ?? '';
  if (isSpace(char)) return token('space', spacesLength(text, position));
  if (text.startsWith(':=', position)) return token('declare', 2);
  if (char === '=') return token('assign', 1);
  if (char === ',') return token('comma', 1);
  if (char === '|') return token('pipe', 1);
  if (char === '(') return token('leftParen', 1);
  if (char === ')') return token('rightParen', 1);
  if (char === '"')
    return token('string', matchLength(quotedString, text, position, 'unterminated quoted string'));
  if (char === '`')
    return token(
      'rawString',
      matchLength(rawString, text, position, 'unterminated raw quoted string'),
    );
  if (char === "'")
    return token(
      'char',
      matchLength(quotedChar, text, position, 'unterminated character constant'),
    );
  if (char === '$') return token('variable', 1 + wordLength(text, position + 1));
  if (char === '.' && !isDigit(text[position + 1])) return fieldToken(text, position);
  if (isDigit(char) || char === '.' || char === '+' || char === '-')
    return numberToken(text, position, open);
  const length = wordLength(text, position);
  if (length === 0) throw syntax(position, `unexpected ${JSON.stringify(char)} in action`);
  const name = text.slice(position, position + length);
  checkEnd(text, position, length);
  if (name === 'true' || name === 'false') return token('bool', length);
  return token(keywords.has(name) ? 'keyword' : 'identifier', length);
}

function fieldToken(text: string, position: number): Token {
  const length = wordLength(text, position + 1);
  if (length > 0) checkEnd(text, position, length + 1);
  const kind = length === 0 ? 'dot' : 'field';
  return { kind, text: text.slice(position, position + 1 + length), offset: position };
}

function numberToken(text: string, position: number, open: number): Token {
  number.lastIndex = position;
  const found = number.exec(text)?.[0] ?? '';
  const rest = wordLength(text, position + found.length);
  if (found === '' || rest > 0) {
    const bad = text.slice(position, position + Math.max(1, found.length + rest));
    throw syntax(found === '' ? position : Math.max(open, position), `bad number syntax: ${bad}`);
  }
  return { kind: 'number', text: found, offset: position };
}

/** What may follow a name: `.a-b` is no field of the name `a-b`. */
function checkEnd(text: string, position: number, length: number): void {
  const next = text[position + length];
  if (next === undefined || isSpace(next) || '.,|:=()'.includes(next)) return;
  if (text.startsWith('}}', position + length)) return;
  throw syntax(position + length, `bad character ${JSON.stringify(next)}`);
}

function matchLength(pattern: RegExp, text: string, position: number, error: string): number {
  pattern.lastIndex = position;
  const found = pattern.exec(text)?.[0];
  if (found === undefined) throw syntax(position, error);
  return found.length;
}

function wordLength(text: string, position: number): number {
  word.lastIndex = position;
  return word.exec(text)?.[0].length ?? 0;
}

/** Up to a closing trim marker: the space before it belongs to it. */
function spacesLength(text: string, position: number): number {
  spaces.lastIndex = position;
  const length = spaces.exec(text)?.[0].length ?? 0;
  return text.startsWith('-}}', position + length) ? length - 1 || 1 : length;
}

function isSpace(char: string | undefined): boolean {
  return char === ' ' || char === '\t' || char === '\r' || char === '\n';
}

function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= '0' && char <= '9';
}

function syntax(offset: number, message: string): TemplateError {
  return new TemplateError('syntax', offset, message);
}
