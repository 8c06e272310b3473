import type { Value } from './nodes.ts';

/** Words and numbers of YAML 1.1 or 1.2 that a plain scalar would turn into something else. */
const reservedWord = /^(?:y|n|yes|no|on|off|true|false|null)$/i;
const plainText = /^[A-Za-z/_][A-Za-z0-9 _./@=,+~^;()<>&*!?|$%:-]*$/;
const quantity = /^[0-9]+(?:\.[0-9]+)?(?:m|k|M|G|T|Ki|Mi|Gi|Ti|s|h|ms|%)$/;
const notPrintable = /[\u007f-\u009f\u2028\u2029\ufeff]/g;
const blockText =
  /^[^ \n](?:[\t\n\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe]|[\ud800-\udbff][\udc00-\udfff])*$/;

/**
 * One YAML document with a final newline: block style, two spaces, keys in the order of the value.
 * The bytes belong to `rendering: 1`: they never change for the same value, and YAML 1.1 and 1.2
 * readers understand them alike.
 */
export function printYaml(value: Value): string {
  if (isScalar(value) || isEmpty(value)) return `${printInline(value, '')}\n`;
  return printBlock(value, '');
}

function printBlock(value: Value[] | { [key: string]: Value }, indent: string): string {
  return Array.isArray(value) ? printList(value, indent) : printMap(value, indent, indent);
}

function printMap(map: { [key: string]: Value }, indent: string, first: string): string {
  let text = '';
  let lead = first;
  for (const key of Object.keys(map)) {
    const value = map[key] ?? null;
    const name = `${lead}${printKey(key)}:`;
    if (isScalar(value) || isEmpty(value)) text += `${name} ${printInline(value, indent)}\n`;
    else if (Array.isArray(value)) text += `${name}\n${printList(value, indent)}`;
    else text += `${name}\n${printMap(value, `${indent}  `, `${indent}  `)}`;
    lead = indent;
  }
  return text;
}

function printList(list: readonly Value[], indent: string): string {
  let text = '';
  for (const item of list) {
    if (isScalar(item) || isEmpty(item)) text += `${indent}- ${printInline(item, indent)}\n`;
    else if (Array.isArray(item)) text += `${indent}-\n${printList(item, `${indent}  `)}`;
    else text += printMap(item, `${indent}  `, `${indent}- `);
  }
  return text;
}

function printInline(value: Value, indent: string): string {
  if (typeof value === 'string') return printString(value, indent);
  if (Array.isArray(value)) return '[]';
  return typeof value === 'object' && value !== null ? '{}' : String(value);
}

/** Keys come again and again: how each is printed is found out once, as long as they are not too many. */
const printedKeys = new Map<string, string>();
const mostKeys = 1000;

function printKey(key: string): string {
  const known = printedKeys.get(key);
  if (known !== undefined) return known;
  const printed = isPlain(key) ? key : printQuoted(key);
  if (printedKeys.size < mostKeys) printedKeys.set(key, printed);
  return printed;
}

function printString(text: string, indent: string): string {
  if (isPlain(text)) return text;
  return text.includes('\n') && blockText.test(text)
    ? printLiteral(text, indent)
    : printQuoted(text);
}

/** A literal block; the newlines at the end decide its chomping sign. */
function printLiteral(text: string, indent: string): string {
  const body = text.replace(/\n+$/, '');
  const trailing = text.length - body.length;
  const sign = trailing === 0 ? '-' : trailing === 1 ? '' : '+';
  const lines = body.split('\n').map((line) => (line === '' ? '' : `${indent}  ${line}`));
  return `|${sign}\n${lines.join('\n')}${'\n'.repeat(Math.max(0, trailing - 1))}`;
}

function printQuoted(text: string): string {
  return JSON.stringify(text).replace(notPrintable, escapeUnicode);
}

function escapeUnicode(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function isPlain(text: string): boolean {
  const first = text.charCodeAt(0);
  // Nothing else that begins with a digit is plain.
  if (first >= 0x30 && first <= 0x39) return quantity.test(text);
  if (!plainText.test(text) || (text.length <= 5 && reservedWord.test(text))) return false;
  return !text.includes(': ') && !text.endsWith(':') && !text.endsWith(' ');
}

function isScalar(value: Value): value is string | number | boolean | null {
  return typeof value !== 'object' || value === null;
}

function isEmpty(value: Value[] | { [key: string]: Value }): boolean {
  return Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0;
}
