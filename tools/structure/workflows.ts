/** The rules of workflow and action files, as pure functions over their texts. */
import {
  LineCounter,
  isMap,
  isPair,
  isScalar,
  parseDocument,
  visit,
  type Node,
  type Pair,
} from 'yaml';
import { expressionsIn, parseExpression, type Expression } from './expression.ts';
import type { SourceText, Violation } from './rules.ts';

/** Whether a path is that of a workflow or of an action. */
export function isWorkflow(path: string): boolean {
  return /(^|\/)\.github\/workflows\/[^/]+\.ya?ml$/.test(path) || /(^|\/)action\.ya?ml$/.test(path);
}

/** Names that the runner gives, or GitHub itself. */
const givenVariables = /^(?:GITHUB_\w+|RUNNER_\w+|CI|HOME|PATH|PWD|IFS|REPLY)$/;
const ourName = /^CODEXK8S_[A-Z0-9_]+$/;
const givenSecrets = new Set(['github_token']);
/** Calls that compare what they are given. */
const comparisons = new Set([
  'contains',
  'startswith',
  'endswith',
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
]);

/** Every violation in the given workflow and action files. */
export function checkWorkflows(files: readonly SourceText[]): Violation[] {
  return files.flatMap(checkWorkflow);
}

function checkWorkflow({ path, text }: SourceText): Violation[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const found: Violation[] = [];
  const report = (at: Node | null | undefined, rule: string, message: string) => {
    const line = at?.range ? lines.linePos(at.range[0]).line : 1;
    found.push({ path, line, rule, message });
  };
  for (const error of document.errors)
    found.push({
      path,
      line: error.linePos?.[0].line ?? 1,
      rule: 'workflow-yaml',
      message: error.message,
    });
  if (!isMap(document.contents)) return found;
  visit(document, {
    Pair(_, pair) {
      const key = isScalar(pair.key) ? String(pair.key.value) : '';
      if (key === 'env') checkEnvironment(pair, report);
    },
    Scalar(_, scalar, ancestors) {
      if (typeof scalar.value !== 'string') return;
      const parent = ancestors.at(-1);
      const key =
        isPair(parent) && isScalar(parent.key) && parent.value === scalar
          ? String(parent.key.value)
          : '';
      if (scalar.value === 'pull_request_target' && key !== 'description')
        report(
          scalar,
          'workflow-trigger',
          'it runs with secrets on what a stranger wrote: use pull_request',
        );
      checkText(scalar.value, key, (rule, message) => report(scalar, rule, message));
    },
  });
  if (path.includes('/workflows/') && !document.contents.has('permissions'))
    found.push({
      path,
      line: 1,
      rule: 'workflow-permissions',
      message: 'say which permissions the workflow needs',
    });
  return found;
}

function checkEnvironment(
  pair: Pair,
  report: (at: Node | null | undefined, rule: string, message: string) => void,
): void {
  if (!isMap(pair.value)) return;
  for (const { key } of pair.value.items)
    if (isScalar(key) && !ourName.test(String(key.value)))
      report(key, 'workflow-name', `${String(key.value)}: variables are named CODEXK8S_…`);
}

function checkText(
  text: string,
  key: string,
  report: (rule: string, message: string) => void,
): void {
  const inline = expressionsIn(text);
  const isScript = key === 'run' || key === 'script';
  if (isScript) {
    if (inline.length > 0)
      report('workflow-injection', 'no expression in a script: hand the value over by env');
    checkScript(text, report);
  }
  // The condition of a step is an expression without its signs.
  const expressions = key === 'if' && inline.length === 0 ? [text] : inline;
  for (const expression of expressions) {
    try {
      checkExpression(parseExpression(expression), report);
    } catch (error) {
      report('workflow-expression', error instanceof Error ? error.message : String(error));
    }
  }
}

/** Labels are compared in conditions, where this check sees them; and names are ours or the runner's. */
function checkScript(script: string, report: (rule: string, message: string) => void): void {
  if (/\blabels?\b/i.test(script))
    report('workflow-label', 'compare labels in `if`, with vars.*: not in a script');
  const assigned = new Set(
    [
      ...script.matchAll(
        /(?:^|[\s;(])(?:export\s+|local\s+|readonly\s+|for\s+)?([A-Z_][A-Z0-9_]*)(?:=|\s+in\s)/gm,
      ),
    ].map((match) => match[1]),
  );
  for (const [, name = ''] of script
    .matchAll(/\$\{?([A-Z_][A-Z0-9_]*)|process\.env\.(\w+)/g)
    .map(([whole, a, b]) => [whole, a ?? b]))
    if (!ourName.test(name) && !givenVariables.test(name) && !assigned.has(name))
      report('workflow-name', `${name}: variables are named CODEXK8S_…`);
}

function checkExpression(
  expression: Expression,
  report: (rule: string, message: string) => void,
): void {
  checkNames(expression, report);
  checkLabels(expression, report);
}

function checkNames(expression: Expression, report: (rule: string, message: string) => void): void {
  if (expression.kind === 'reference') {
    const [context = '', name = ''] = expression.parts;
    const isOurs = ourName.test(name.toUpperCase());
    if (['vars', 'env', 'secrets'].includes(context)) {
      const isGiven =
        (context === 'secrets' && givenSecrets.has(name)) ||
        (context === 'env' && givenVariables.test(name.toUpperCase()));
      if (name === '' || name === '*')
        report('workflow-name', `${context} is taken as a whole: name what is needed`);
      else if (!isOurs && !isGiven)
        report('workflow-name', `${context}.${name}: variables are named CODEXK8S_…`);
    }
  }
  for (const inner of childrenOf(expression)) checkNames(inner, report);
}

/**
 * Labels of issues and pull requests are data of a project: what they are compared with comes from
 * `vars.*`. A label that is read anywhere else could be compared where nobody sees it.
 */
function checkLabels(
  expression: Expression,
  report: (rule: string, message: string) => void,
): void {
  if (expression.kind === 'reference') {
    if (readsLabel(expression))
      report(
        'workflow-label',
        `${expression.parts.join('.')} is read outside of a comparison with vars.*`,
      );
    for (const inner of expression.inner) checkLabels(inner, report);
    return;
  }
  const operands = childrenOf(expression);
  const isComparison = 'name' in expression && comparisons.has(expression.name);
  if (!isComparison || !operands.some(isLabel)) {
    for (const operand of operands) checkLabels(operand, report);
    return;
  }
  for (const operand of operands)
    if (!isLabel(operand) && !isVariable(operand))
      report('workflow-label', 'a label is compared with something else than vars.*');
}

function isLabel(expression: Expression): boolean {
  if (expression.kind === 'reference') return readsLabel(expression);
  // `toJSON(labels)` and the like are still labels.
  return (
    expression.kind === 'call' &&
    !comparisons.has(expression.name) &&
    expression.operands.some(isLabel)
  );
}

function readsLabel(expression: Expression): boolean {
  if (expression.kind !== 'reference') return false;
  const [context, ...parts] = expression.parts;
  // What a call yields may be an event too.
  if (context !== 'github' && context !== '') return false;
  const path = parts.join('.');
  return (
    parts.some((part) => /^labels?$/.test(part)) ||
    // Taken as a whole, an event holds the labels as well.
    (context === 'github' && /^(?:\*|event|event\.(?:\*|pull_request|issue))?$/.test(path))
  );
}

function isVariable(expression: Expression): boolean {
  return (
    expression.kind === 'reference' &&
    expression.parts[0] === 'vars' &&
    expression.inner.length === 0
  );
}

function childrenOf(expression: Expression): readonly Expression[] {
  if (expression.kind === 'literal') return [];
  return expression.kind === 'reference' ? expression.inner : expression.operands;
}
