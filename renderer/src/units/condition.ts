import { evaluateScalar } from '../evaluation/index.ts';
import type { RenderScope } from '../render-scope.ts';
import type { TemplateContext } from '../template/index.ts';
import { child, type YamlNode } from '../yaml/index.ts';

/** Whether `when` of a unit or hook keeps it in; false after reporting what is wrong with it. */
export function isWanted(scope: RenderScope, node: YamlNode, context: TemplateContext): boolean {
  const when = child(node, 'when');
  if (when?.kind !== 'scalar') return true;
  const before = scope.findings.errors;
  const { value } = evaluateScalar(when, scope.templates, context);
  if (scope.findings.errors > before) return false;
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  scope.findings.report(
    'invalid-condition',
    when,
    `when must be true or false, not ${JSON.stringify(value)}`,
  );
  return false;
}
