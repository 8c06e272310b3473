import { equalsAny, order } from './compare.ts';
import { isList, isMap, isTrue, kindOf, type GoValue } from './go-value.ts';
import { printValue } from './print-value.ts';
import { quote, sprintf } from './printf.ts';

/**
 * A function of the template language. A thrown Error becomes an execution error at the call.
 *
 * @param piped whether the last argument came through a pipe
 */
export type TemplateFunction = (args: readonly GoValue[], piped: boolean) => GoValue;

const encoder = new TextEncoder();

/** The built-in functions of Go's text/template. `and` and `or` are part of the executor. */
const builtins: Record<string, TemplateFunction> = {
  eq: (args) => equalsAny(...atLeastOne('eq', args)),
  ne: (args) => !equalsAny(...two('ne', args)),
  lt: (args) => order(...pair('lt', args)) < 0,
  le: (args) => order(...pair('le', args)) <= 0,
  gt: (args) => order(...pair('gt', args)) > 0,
  ge: (args) => order(...pair('ge', args)) >= 0,
  not: (args) => !isTrue(exactly('not', args, 1)[0] ?? null),
  len: (args) => lengthOf(exactly('len', args, 1)[0] ?? null),
  index: (args) => args.slice(1).reduce<GoValue>(indexOf, args[0] ?? null),
  slice: (args) => sliceOf(args),
  print: (args) => sprint(args),
  println: (args) => `${args.map(printValue).join(' ')}\n`,
  printf: (args) => sprintf(textOf('printf', args, 0), args.slice(1)),
  html: (args) => escapeHtml(sprint(args)),
  urlquery: (args) => escapeQuery(sprint(args)),
  js: (args) => escapeScript(sprint(args)),
};

/**
 * The functions of services.yaml. Value first, as their documents have it; so the order is
 * refused in a pipe, where the value would silently come last.
 */
const own: Record<string, TemplateFunction> = {
  default: (args, piped) => {
    refusePipe('default', piped, 'default .Vars.name "fallback"');
    const [value = null, fallback = null] = exactly('default', args, 2);
    const blank = typeof value === 'string' ? value.trim() === '' : !isTrue(value);
    return blank ? fallback : value;
  },
  ternary: (args) => {
    const [condition = null, whenTrue = null, whenFalse = null] = exactly('ternary', args, 3);
    if (typeof condition !== 'boolean')
      throw new Error('ternary takes the condition first, and it must be a boolean');
    return condition ? whenTrue : whenFalse;
  },
  join: (args) => {
    const [list = null] = exactly('join', args, 2);
    if (!isList(list)) throw new Error('join takes the list first');
    return list.map(printValue).join(textOf('join', args, 1));
  },
  trimPrefix: (args, piped) => {
    refusePipe('trimPrefix', piped, 'trimPrefix .Versions.web "v"');
    exactly('trimPrefix', args, 2);
    const [text, prefix] = [textOf('trimPrefix', args, 0), textOf('trimPrefix', args, 1)];
    return text.startsWith(prefix) ? text.slice(prefix.length) : text;
  },
  toLower: (args) => textOf('toLower', exactly('toLower', args, 1), 0).toLowerCase(),
  quote: (args) => args.map((arg) => quote(printValue(arg))).join(' '),
};

/** Every function that needs no context; `envOr` is added where the variables are known. */
export const standardFunctions: ReadonlyMap<string, TemplateFunction> = new Map(
  Object.entries({ ...builtins, ...own }),
);

/** Names the parser admits. */
export const functionNames: ReadonlySet<string> = new Set([
  ...standardFunctions.keys(),
  'and',
  'or',
  'envOr',
]);

function lengthOf(value: GoValue): number {
  if (typeof value === 'string') return encoder.encode(value).length;
  if (isList(value)) return value.length;
  if (isMap(value)) return Object.keys(value).length;
  throw new Error(`a value of type ${kindOf(value)} has no length`);
}

function indexOf(value: GoValue, key: GoValue): GoValue {
  if (isMap(value)) {
    if (typeof key !== 'string')
      throw new Error(`a map is indexed by strings, not by ${kindOf(key)}`);
    if (!Object.hasOwn(value, key)) throw new Error(`the map has no entry ${quote(key)}`);
    return value[key] ?? null;
  }
  if (typeof key !== 'number') throw new Error(`cannot index ${kindOf(value)} by ${kindOf(key)}`);
  const items = typeof value === 'string' ? Array.from(encoder.encode(value)) : value;
  if (items === null || !Array.isArray(items))
    throw new Error(`cannot index a value of type ${kindOf(value)}`);
  const item: GoValue | undefined = items[key];
  if (item === undefined) throw new Error(`index out of range: ${key}`);
  return item;
}

function sliceOf(args: readonly GoValue[]): GoValue {
  const [value = null, ...bounds] = args;
  if (bounds.length > 3) throw new Error('slice takes at most three indices');
  const length = lengthOf(value);
  const [from = 0, to = length] = bounds.map((bound) => {
    if (typeof bound !== 'number') throw new Error(`cannot slice by ${kindOf(bound)}`);
    if (bound < 0 || bound > length) throw new Error(`index out of range: ${bound}`);
    return bound;
  });
  if (from > to) throw new Error(`invalid slice index: ${from} > ${to}`);
  if (isList(value)) return value.slice(from, to);
  if (typeof value !== 'string') throw new Error(`cannot slice a value of type ${kindOf(value)}`);
  return new TextDecoder().decode(encoder.encode(value).slice(from, to));
}

/** Spaces stand between two operands when neither is a string. */
function sprint(args: readonly GoValue[]): string {
  return args
    .map((arg, index) => {
      const previous = args[index - 1];
      const gap = index > 0 && typeof arg !== 'string' && typeof previous !== 'string';
      return (gap ? ' ' : '') + printValue(arg);
    })
    .join('');
}

function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '"': '&#34;',
    "'": '&#39;',
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '\0': '\ufffd',
  };
  // oxlint-disable-next-line no-control-regex -- Go replaces NUL as well
  return text.replace(/["'&<>\0]/g, (char) => entities[char] ?? char);
}

function escapeQuery(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}

function escapeScript(text: string): string {
  const short: Readonly<Record<string, string>> = { '\\': '\\\\', "'": "\\'", '"': '\\"' };
  // oxlint-disable-next-line no-control-regex -- Go escapes control characters as well
  return text.replace(/[\\'"<>&=\u0000-\u001f\u007f]/g, (char) => {
    const code = char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    return short[char] ?? `\\u${code}`;
  });
}

function textOf(name: string, args: readonly GoValue[], index: number): string {
  const value = args[index] ?? null;
  if (typeof value !== 'string')
    throw new Error(`${name} takes a string as argument ${index + 1}, not ${kindOf(value)}`);
  return value;
}

function exactly(name: string, args: readonly GoValue[], count: number): readonly GoValue[] {
  if (args.length !== count)
    throw new Error(`${name} takes ${count} arguments, not ${args.length}`);
  return args;
}

function pair(name: string, args: readonly GoValue[]): [GoValue, GoValue] {
  const [a = null, b = null] = exactly(name, args, 2);
  return [a, b];
}

function two(name: string, args: readonly GoValue[]): [GoValue, GoValue[]] {
  const [a, b] = pair(name, args);
  return [a, [b]];
}

function atLeastOne(name: string, args: readonly GoValue[]): [GoValue, readonly GoValue[]] {
  if (args.length < 2) throw new Error(`${name} compares with at least one other value`);
  return [args[0] ?? null, args.slice(1)];
}

function refusePipe(name: string, piped: boolean, example: string): void {
  if (piped)
    throw new Error(`${name} takes its value first and cannot be piped into: write ${example}`);
}
