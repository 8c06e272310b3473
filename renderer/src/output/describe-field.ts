import type { FieldChange, ImageChange } from '@codex-k8s/schema';
import { hidden, lineDiff } from '../diff/index.ts';
import { printYaml, type Value } from '../yaml/index.ts';
import { shorten, visible } from './visible.ts';

/** A line about a field: what is new, gone, changed, or only there to be understood. */
export interface FieldLine {
  mark: '+' | '-' | '~' | ' ';
  text: string;
}

const signs = { same: ' ', added: '+', removed: '-', gap: ' ' } as const;
/** Longer values stand on lines of their own. */
const longestInline = 80;
const longestLine = 400;

/** A change of a field in one line where it fits, else with the lines that differ. */
export function describeField(field: FieldChange): FieldLine[] {
  const { path, change, from, to } = field;
  if (change === 'reordered')
    return [{ mark: '~', text: `${path}: order ${inline(from)} → ${inline(to)}` }];
  if (field.masked && from === undefined && to === undefined) {
    const mark = change === 'added' ? '+' : change === 'removed' ? '-' : '~';
    const what = change === 'changed' ? 'changed' : 'value';
    return [{ mark, text: `${path}: (${what} hidden)` }];
  }
  if (change === 'changed') return describeChange(path, field);
  const mark = change === 'added' ? '+' : '-';
  return describeValue(path, mark, change === 'added' ? to : from);
}

function describeChange(path: string, { from, to, masked }: FieldChange): FieldLine[] {
  if (typeof from === 'string' && typeof to === 'string' && /\n/.test(from + to)) {
    const lines = lineDiff(from, to).map(({ kind, text }): FieldLine => ({
      mark: signs[kind],
      text: `  ${shortLine(text)}`,
    }));
    const hiddenOnly = lines.every(({ mark }) => mark === ' ');
    const note = hiddenOnly ? ' (the change is hidden)' : '';
    return [{ mark: '~', text: `${path}:${note}` }, ...lines];
  }
  if (masked && JSON.stringify(from) === JSON.stringify(to))
    return [{ mark: '~', text: `${path}: ${inline(from)} (the change is hidden)` }];
  const [before, after] = [
    from === undefined ? '(hidden)' : inline(from),
    to === undefined ? '(hidden)' : inline(to),
  ];
  if (before.length + after.length <= 2 * longestInline)
    return [{ mark: '~', text: `${path}: ${before} → ${after}` }];
  return [...describeValue(path, '-', from), ...describeValue(path, '+', to)];
}

function describeValue(path: string, mark: '+' | '-', value: unknown): FieldLine[] {
  const short = inline(value);
  if (short.length <= longestInline && !short.includes('\n'))
    return [{ mark, text: `${path}: ${short}` }];
  const lines = blockLines(value).map((text): FieldLine => ({
    mark,
    text: `  ${shortLine(text)}`,
  }));
  return [{ mark, text: `${path}:` }, ...lines];
}

function blockLines(value: unknown): string[] {
  const text = typeof value === 'string' ? value : printYaml(toValue(value));
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function shortLine(text: string): string {
  return shorten(visible(text), longestLine);
}

/** A value on one line, as YAML has it in flow style. */
function inline(value: unknown): string {
  if (typeof value === 'string') return visible(inlineText(value));
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(([key, inner]) => `${key}: ${inline(inner)}`);
  return `{${entries.join(', ')}}`;
}

/** Quoted where it would be taken for something else. */
function inlineText(text: string): string {
  if (text === hidden) return text;
  const isPlain = /^[\w./][^\n"'{}[\],#]*$/.test(text) && !/^\s|\s$|: /.test(text);
  const isOther = /^(?:true|false|null|~|[-+]?[0-9.][0-9.e+-]*)$/i.test(text);
  return isPlain && !isOther ? text : JSON.stringify(text);
}

function toValue(value: unknown): Value {
  return JSON.parse(JSON.stringify(value ?? null)) as Value;
}

/** `a → b`: tags alone where the repository stays. */
export function describeImages(from: string | undefined, to: string | undefined): string {
  if (from === undefined || to === undefined) return visible(to ?? from ?? '');
  const [before, after] = [splitReference(from), splitReference(to)];
  const isTag = before.repository === after.repository;
  const [a, b] = isTag ? [before.version, after.version] : [from, to];
  return visible(`${isTag ? 'tag ' : ''}${shortDigest(a)} → ${shortDigest(b)}`);
}

/** Whether the change is one of the tag or digest alone. */
function splitReference(reference: string): { repository: string; version: string } {
  const [tagged = '', digest] = reference.split('@');
  const colon = tagged.lastIndexOf(':');
  const hasTag = colon > tagged.lastIndexOf('/');
  const tag = hasTag ? tagged.slice(colon + 1) : undefined;
  const version = [tag, digest].filter((part) => part !== undefined).join('@');
  return { repository: hasTag ? tagged.slice(0, colon) : tagged, version: version || '(none)' };
}

function shortDigest(text: string): string {
  return text.replace(/(sha256:[0-9a-f]{12})[0-9a-f]{52}/, '$1');
}

/** The images of a unit in which nothing else differs, each change once. */
export function foldImages(unit: string, images: readonly ImageChange[]): string {
  const changes = new Map<string, string>();
  for (const { name, from, to } of images) {
    const text = describeImages(from, to);
    if (!changes.has(text)) changes.set(text, name);
  }
  // The name of the container says nothing as long as there is one change.
  const parts = [...changes].map(([text, name]) =>
    changes.size === 1 ? text : `${visible(name)} ${text}`,
  );
  return `${visible(unit)}: ${parts.join(', ')}`;
}
