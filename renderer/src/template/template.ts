import type { Expression, Pipeline, TemplateNode, TemplateTree } from './ast.ts';
import { defaultLimits, Executor, type ExecutionLimits, type OutputPiece } from './execute.ts';
import { functionNames, standardFunctions } from './functions.ts';
import type { GoMap, GoValue } from './go-value.ts';
import { parseTemplate } from './parser.ts';
import { TemplateError } from './template-error.ts';

/** What a template can see: its root value, and the declared variables behind `envOr`. */
export interface TemplateContext {
  root: GoMap;
  vars: GoMap;
  limits?: ExecutionLimits;
}

export type TemplateOutcome<T> = { ok: true; value: T } | { ok: false; error: TemplateError };

/** A parsed template. */
export interface Template {
  tree: TemplateTree;
  /** Set when the text is nothing but one expression: its value keeps its type. */
  only: Pipeline | undefined;
}

/** Whether a text holds template actions at all. */
export function hasTemplate(text: string): boolean {
  return text.includes('{{');
}

export function compileTemplate(text: string): TemplateOutcome<Template> {
  return attempt(() => {
    const tree = parseTemplate(text, functionNames);
    const [first, ...others] = tree.root;
    const only = first?.kind === 'action' && others.length === 0 ? first.pipeline : undefined;
    return { tree, only: only?.declared.length === 0 ? only : undefined };
  });
}

/** Output of a template, in the pieces it was written in. */
export function executeTemplate(
  template: Template,
  context: TemplateContext,
): TemplateOutcome<OutputPiece[]> {
  return attempt(() => {
    const executor = executorOf(template, context);
    executor.run(template.tree.root, context.root);
    return executor.pieces;
  });
}

/** Value of a template: of its type when it is one expression, else its output as a string. */
export function evaluateTemplate(
  template: Template,
  context: TemplateContext,
): TemplateOutcome<GoValue> {
  const { only } = template;
  if (only !== undefined)
    return attempt(() => executorOf(template, context).evaluate(only, context.root));
  const outcome = executeTemplate(template, context);
  if (!outcome.ok) return outcome;
  return { ok: true, value: outcome.value.map((piece) => piece.text).join('') };
}

/** Whether any expression reads a field of the root, such as `Slot`. */
export function readsField(template: Template, name: string): boolean {
  const bodies = [template.tree.root, ...template.tree.defined.values()];
  return bodies.some((nodes) => nodes.some((node) => nodeReads(node, name)));
}

function nodeReads(node: TemplateNode, name: string): boolean {
  if ('pipeline' in node && node.pipeline !== undefined && pipelineReads(node.pipeline, name))
    return true;
  if (!('body' in node)) return false;
  return [...node.body, ...node.otherwise].some((inner) => nodeReads(inner, name));
}

function pipelineReads(pipeline: Pipeline, name: string): boolean {
  return pipeline.commands.some(({ args }) => args.some((arg) => expressionReads(arg, name)));
}

function expressionReads(expression: Expression, name: string): boolean {
  if (expression.kind === 'field') return expression.names[0] === name;
  if (expression.kind === 'variable')
    return expression.name === '$' && expression.fields[0] === name;
  if (expression.kind === 'chain') return expressionReads(expression.of, name);
  return expression.kind === 'pipeline' && pipelineReads(expression.pipeline, name);
}

function executorOf(template: Template, { root, vars, limits }: TemplateContext): Executor {
  const readVariable = (args: readonly GoValue[]): GoValue => envOr(args, vars);
  return new Executor(
    template.tree,
    standardFunctions,
    readVariable,
    root,
    limits ?? defaultLimits,
  );
}

/** Value of a declared variable, or the default when it is blank. The environment is never read. */
function envOr(args: readonly GoValue[], vars: GoMap): GoValue {
  const [key = null, fallback = null] = args;
  if (typeof key !== 'string' || args.length !== 2)
    throw new Error('envOr takes the name of a variable and a default');
  if (!Object.hasOwn(vars, key))
    throw new TemplateError('undeclared', 0, `the variable ${key} is not declared`);
  const value = vars[key] ?? null;
  return value === null || (typeof value === 'string' && value.trim() === '') ? fallback : value;
}

function attempt<T>(work: () => T): TemplateOutcome<T> {
  try {
    return { ok: true, value: work() };
  } catch (error) {
    if (error instanceof TemplateError) return { ok: false, error };
    throw error;
  }
}
