import {
  evaluateTemplate,
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
  let changed = false;
  const evaluate = (inner: YamlNode): YamlNode => {
    const evaluated = evaluateNode(inner, templates, context);
    if (evaluated !== inner) changed = true;
    return evaluated;
  };
  if (node.kind === 'seq') {
    const items = node.items.map(evaluate);
    return changed ? { ...node, items } : node;
  }
  const entries = new Map<string, YamlEntry>();
  for (const [key, entry] of node.entries) {
    const value = evaluate(entry.value);
    entries.set(key, value === entry.value ? entry : { ...entry, value });
  }
  return changed ? { ...node, entries } : node;
}

/** Executes one scalar; a scalar that is exactly one expression takes the type of its value. */
export function evaluateScalar(
  scalar: YamlScalar,
  templates: TemplateSet,
  context: TemplateContext,
): YamlScalar {
  const { value } = scalar;
  if (typeof value !== 'string' || !hasTemplate(value)) return scalar;
  const template = templates.compile(value);
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
