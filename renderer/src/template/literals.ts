import type { FloatLiteral, IntegerLiteral } from './ast.ts';
import type { Token } from './lexer.ts';
import { TemplateError } from './template-error.ts';

const escapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};
const escape = /\\(?:([0-7]{3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/gs;

/** The value of a quoted or raw string, by the rules of Go. */
export function parseString(token: Token): string {
  const inner = token.text.slice(1, -1);
  if (token.kind === 'rawString') return inner.replaceAll('\r', '');
  return unescape(inner, token, '"');
}

/** A character constant is the number of its code point. */
export function parseChar(token: Token): IntegerLiteral {
  const points = Array.from(unescape(token.text.slice(1, -1), token, "'"));
  const code = points[0]?.codePointAt(0);
  if (points.length !== 1 || code === undefined)
    throw new TemplateError('syntax', token.offset, `malformed character constant: ${token.text}`);
  return { integer: code };
}

function unescape(text: string, token: Token, quote: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(escape, (_, octal, byte, short, long, letter) => {
    if (letter === undefined) {
      const code =
        octal === undefined
          ? Number.parseInt(byte ?? short ?? long, 16)
          : Number.parseInt(octal, 8);
      if (code <= 0x10ffff && (octal === undefined || code <= 0xff))
        return String.fromCodePoint(code);
    }
    const known = letter === undefined ? undefined : escapes[letter];
    const otherQuote = quote === '"' ? "'" : '"';
    if (known === undefined || letter === otherQuote)
      throw new TemplateError('syntax', token.offset, `unknown escape in ${token.text}`);
    return known;
  });
}

/** A number constant: a float when it is written as one, as in Go. */
export function parseNumber(token: Token): IntegerLiteral | FloatLiteral {
  const text = token.text;
  const bad = () => new TemplateError('syntax', token.offset, `bad number syntax: ${text}`);
  if (!underscoresFit(text)) throw bad();
  const digits = text.replaceAll('_', '').replace(/^[+-]/, '');
  const sign = text.startsWith('-') ? -1 : 1;
  const isFloat = !/^0[xX]/.test(digits) && /[.eE]/.test(digits);
  if (isFloat) {
    const float = Number(digits);
    if (!Number.isFinite(float)) throw bad();
    return { float: sign * float };
  }
  const legacyOctal = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
  if (legacyOctal === undefined && /^0[0-9]+$/.test(digits)) throw bad();
  const integer = sign * (legacyOctal ?? Number(digits));
  if (Number.isNaN(integer)) throw bad();
  if (!Number.isSafeInteger(integer))
    throw new TemplateError('syntax', token.offset, `integer overflow: ${text}`);
  return { integer: integer === 0 ? 0 : integer };
}

/** Underscores stand between digits only. */
function underscoresFit(text: string): boolean {
  return (
    !/_(?![0-9a-fA-F])|(?<![0-9a-fA-FxXbBoO])_/.test(text) &&
    (!text.includes('_') || /^[+-]?0[xXbBoO_0-9]|^[+-]?[0-9]/.test(text))
  );
}
