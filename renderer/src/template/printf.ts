import { isList, kindOf, numberOf, type GoValue } from './go-value.ts';
import { printFloat, printValue } from './print-value.ts';

const verb = /%([-+# 0]*)(\d+|\*)?(?:\.(\d+|\*)?)?(.)?/gsu;

const widest = 1000;

interface Directive {
  minus: boolean;
  plus: boolean;
  sharp: boolean;
  space: boolean;
  zero: boolean;
  width: number;
  /** -1 when there is none. */
  precision: number;
}

/** Go's fmt.Sprintf over template values. Source: https://pkg.go.dev/fmt */
export function sprintf(format: string, args: readonly GoValue[]): string {
  let used = 0;
  const text = format.replace(
    verb,
    (match, flags: string, width?: string, precision?: string, letter?: string) => {
      const star = () => numberOf(args[used++] ?? 0) ?? 0;
      const directive: Directive = {
        minus: flags.includes('-'),
        plus: flags.includes('+'),
        sharp: flags.includes('#'),
        space: flags.includes(' '),
        zero: flags.includes('0') && !flags.includes('-'),
        width: width === '*' ? star() : Number(width ?? 0),
        precision: !match.includes('.') ? -1 : precision === '*' ? star() : Number(precision ?? 0),
      };
      if (Math.max(Math.abs(directive.width), directive.precision) > widest)
        throw new Error(`printf pads to at most ${widest} characters`);
      if (letter === undefined) return '%!(NOVERB)';
      if (letter === '%') return '%';
      const value = args[used];
      if (value === undefined) return `%!${letter}(MISSING)`;
      used += 1;
      return formatValue(directive, letter, value);
    },
  );
  if (used >= args.length) return text;
  const extra = args
    .slice(used)
    .map((arg) => `${typeName(arg)}${arg === null ? '' : `=${printValue(arg)}`}`);
  return `${text}%!(EXTRA ${extra.join(', ')})`;
}

function formatValue(directive: Directive, letter: string, value: GoValue): string {
  if (letter === 'T') return pad(directive, typeName(value));
  if (isList(value))
    return `[${value.map((item) => formatValue(directive, letter, item)).join(' ')}]`;
  const text = formatScalar(directive, letter, value);
  return text ?? `%!${letter}(${typeName(value)}${value === null ? '' : `=${printValue(value)}`})`;
}

function formatScalar(directive: Directive, letter: string, value: GoValue): string | undefined {
  if (typeof value === 'string') return formatString(directive, letter, value);
  if (typeof value === 'boolean')
    return letter === 't' || letter === 'v' ? pad(directive, String(value)) : undefined;
  const number = numberOf(value);
  if (number === undefined) return letter === 'v' ? pad(directive, printValue(value)) : undefined;
  return kindOf(value) === 'int'
    ? formatInteger(directive, letter, number)
    : formatFloat(directive, letter, number);
}

function formatString(directive: Directive, letter: string, value: string): string | undefined {
  const cut =
    directive.precision < 0 ? value : Array.from(value).slice(0, directive.precision).join('');
  if (letter === 's' || letter === 'v')
    return pad(directive, directive.sharp && letter === 'v' ? quote(cut) : cut);
  if (letter === 'q')
    return pad(directive, directive.sharp && !cut.includes('`') ? `\`${cut}\`` : quote(cut));
  if (letter !== 'x' && letter !== 'X') return undefined;
  const bytes = new TextEncoder().encode(cut);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(
    directive.space ? ' ' : '',
  );
  return pad(directive, letter === 'X' ? hex.toUpperCase() : hex);
}

function formatInteger(directive: Directive, letter: string, value: number): string | undefined {
  const bases: Readonly<Record<string, number>> = { d: 10, v: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };
  const base = bases[letter];
  if (base === undefined) return formatCharacter(directive, letter, value);
  let digits = Math.abs(value).toString(base);
  if (letter === 'X') digits = digits.toUpperCase();
  if (directive.precision >= 0)
    digits =
      directive.precision === 0 && value === 0 ? '' : digits.padStart(directive.precision, '0');
  const sign = value < 0 ? '-' : directive.plus ? '+' : directive.space ? ' ' : '';
  const marks: Readonly<Record<string, string>> = { b: '0b', o: '0', x: '0x', X: '0X' };
  const prefix = letter === 'O' ? '0o' : directive.sharp ? (marks[letter] ?? '') : '';
  return padNumber(
    { ...directive, zero: directive.zero && directive.precision < 0 },
    sign + prefix,
    digits,
  );
}

function formatCharacter(directive: Directive, letter: string, value: number): string | undefined {
  const char = String.fromCodePoint(value >= 0 && value <= 0x10ffff ? value : 0xfffd);
  if (letter === 'c') return pad(directive, char);
  if (letter === 'q')
    return pad(
      directive,
      `'${char === "'" ? "\\'" : quote(char).slice(1, -1).replace('\\"', '"')}'`,
    );
  if (letter === 'U')
    return pad(directive, `U+${value.toString(16).toUpperCase().padStart(4, '0')}`);
  return undefined;
}

function formatFloat(directive: Directive, letter: string, value: number): string | undefined {
  const lower = letter === 'v' ? 'g' : letter === 'F' ? 'f' : letter.toLowerCase();
  if (lower !== 'e' && lower !== 'f' && lower !== 'g') return undefined;
  const precision = directive.precision < 0 && lower !== 'g' ? 6 : directive.precision;
  const text = printFloat(value, lower, precision);
  const cased = letter === 'E' || letter === 'G' ? text.toUpperCase() : text;
  const sign = cased.startsWith('-') ? '-' : directive.plus ? '+' : directive.space ? ' ' : '';
  return padNumber(directive, sign, cased.replace(/^[-+]/, ''));
}

function padNumber(directive: Directive, sign: string, digits: string): string {
  if (!directive.zero) return pad(directive, sign + digits);
  return sign + digits.padStart(directive.width - sign.length, '0');
}

function pad(directive: Directive, text: string): string {
  const missing = directive.width - Array.from(text).length;
  if (missing <= 0) return text;
  if (directive.minus) return text + ' '.repeat(missing);
  return (directive.zero ? '0' : ' ').repeat(missing) + text;
}

/** A double-quoted Go string. */
export function quote(text: string): string {
  let quoted = '';
  for (const char of text) quoted += quoteChar(char);
  return `"${quoted}"`;
}

function quoteChar(char: string): string {
  const short: Readonly<Record<string, string>> = {
    '"': '\\"',
    '\\': '\\\\',
    '\x07': '\\a',
    '\b': '\\b',
    '\f': '\\f',
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
    '\v': '\\v',
  };
  const known = short[char];
  if (known !== undefined) return known;
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`;
  // Go prints letters, marks, numbers, punctuation, symbols and the ASCII space as they are.
  if (char === ' ' || /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(char)) return char;
  return code > 0xffff
    ? `\\U${code.toString(16).padStart(8, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}

function typeName(value: GoValue): string {
  const names = {
    string: 'string',
    int: 'int',
    float64: 'float64',
    bool: 'bool',
    nil: '<nil>',
    list: '[]interface {}',
    map: 'map[string]interface {}',
  } as const;
  return names[kindOf(value)];
}
