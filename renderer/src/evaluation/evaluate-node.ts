import {
  evaluateTemplate,
  executeTemplate,
  GoFloat,
  hasTemplate,
  printValue,
  type TemplateContext,
} from '../template/index.ts';
import { placeInside, type YamlEntry, type YamlNode, type YamlScalar } from '../yaml/index.ts';
import type { TemplateSet } from './template-set.ts';

/** Whether any scalar of a tree holds a template. */
export function holdsTemplate(node: YamlNode): boolean {
  if (node.kind === 'scalar') return typeof node.value === 'string' && hasTemplate(node.value);
  if (node.kind === 'seq') return node.items.some(holdsTemplate);
  for (const entry of node.entries.values()) if (holdsTemplate(entry.value)) return true;
  return false;
}

/**
 * Executes the templates in the scalars of a tree; whatever holds none stays the same node. What
 * fails is reported and keeps its text.
 */
export function evaluateNode(
  node: YamlNode,
  templates: TemplateSet,
  context: TemplateContext,
): YamlNode {
  if (node.kind === 'scalar') return evaluateScalar(node, templates, context);
  if (node.kind === 'seq') {
    let items: YamlNode[] | undefined;
    for (const [index, item] of node.items.entries()) {
      const evaluated = evaluateNode(item, templates, context);
      if (evaluated !== item) (items ??= [...node.items])[index] = evaluated;
    }
    return items === undefined ? node : { ...node, items };
  }
  let entries: Map<string, YamlEntry> | undefined;
  for (const [key, entry] of node.entries) {
    const value = evaluateNode(entry.value, templates, context);
    if (value !== entry.value) (entries ??= new Map(node.entries)).set(key, { ...entry, value });
  }
  return entries === undefined ? node : { ...node, entries };
}

/** Executes one scalar; a scalar that is exactly one expression takes the type of its value. */
export function evaluateScalar(
  scalar: YamlScalar,
  templates: TemplateSet,
  context: TemplateContext,
): YamlScalar {
  const { value } = scalar;
  if (typeof value !== 'string' || !hasTemplate(value)) return scalar;
  const { before, action, after } = aroundActions(value);
  const template = templates.compile(action);
  if (action !== value) {
    const output = template.ok ? executeTemplate(template.value, context) : template;
    if (output.ok) {
      const text = before + output.value.map((piece) => piece.text).join('') + after;
      return { ...scalar, value: text, printed: text };
    }
    const { error } = output;
    templates.report(error, placeInside(scalar, before.length + error.offset));
    return scalar;
  }
  const outcome = template.ok ? evaluateTemplate(template.value, context) : template;
  if (!outcome.ok) {
    templates.report(outcome.error, placeInside(scalar, outcome.error.offset));
    return scalar;
  }
  const result = outcome.value instanceof GoFloat ? outcome.value.float : outcome.value;
  if (typeof result !== 'object' && (typeof result !== 'number' || Number.isFinite(result)))
    return { ...scalar, value: result, printed: printValue(outcome.value) };
  const kind =
    result === null ? 'null' : typeof result === 'object' ? 'a list or map' : 'no number';
  templates.report({ kind: 'execution', message: `the expression yields ${kind}` }, scalar);
  return scalar;
}

/**
 * The text around the actions of a template: thousands of scalars that differ in nothing else share
 * one compiled template. Text that an action trims stays with it.
 */
function aroundActions(text: string): { before: string; action: string; after: string } {
  const open = text.indexOf('{{');
  const close = text.lastIndexOf('}}');
  const isClosed = close > text.lastIndexOf('{{');
  const start = text.startsWith('-', open + 2) ? 0 : open;
  const end = isClosed && !text.startsWith('-', close - 1) ? close + 2 : text.length;
  return { before: text.slice(0, start), action: text.slice(start, end), after: text.slice(end) };
}
