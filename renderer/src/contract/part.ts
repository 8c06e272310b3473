import { validateServicesPart, type ServicesPart } from '@codex-k8s/schema';
import type { Findings } from '../diagnostics/index.ts';
import { at, toValue, type Value, type YamlEntry, type YamlNode } from '../yaml/index.ts';
import { reportViolations } from './violations.ts';

/**
 * Checks a part of the stack again once its templates are executed. A template that yields a
 * number or boolean where a string is due gives the text it would print.
 *
 * @returns the value, or undefined after reporting what is wrong
 */
export function checkPart(
  findings: Findings,
  part: ServicesPart,
  node: YamlNode,
): { node: YamlNode; value: Value } | undefined {
  const value = toValue(node);
  const first = validateServicesPart(part, value);
  if (first.ok) return { node, value };
  let adjusted = node;
  for (const { path, keyword, params } of first.errors) {
    const scalar = at(node, path);
    const wantsString = keyword === 'type' && [params['type']].flat().includes('string');
    if (wantsString && scalar?.kind === 'scalar' && scalar.printed !== undefined)
      adjusted = replaceAt(adjusted, path, { ...scalar, value: scalar.printed });
  }
  const second = adjusted === node ? first : validateServicesPart(part, toValue(adjusted));
  if (second.ok) return { node: adjusted, value: toValue(adjusted) };
  const before = findings.errors;
  reportViolations(findings, adjusted, second.errors);
  return findings.errors === before ? { node: adjusted, value: toValue(adjusted) } : undefined;
}

function replaceAt(node: YamlNode, path: readonly string[], replacement: YamlNode): YamlNode {
  const [step, ...rest] = path;
  if (step === undefined || node.kind === 'scalar') return replacement;
  if (node.kind === 'seq') {
    const items = node.items.map((item, index) =>
      index === Number(step) ? replaceAt(item, rest, replacement) : item,
    );
    return { ...node, items };
  }
  const entry: YamlEntry | undefined = node.entries.get(step);
  if (entry === undefined) return node;
  const entries = new Map(node.entries);
  entries.set(step, { ...entry, value: replaceAt(entry.value, rest, replacement) });
  return { ...node, entries };
}
