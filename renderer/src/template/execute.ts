import type { Branch, Command, Expression, Pipeline, TemplateNode, TemplateTree } from './ast.ts';
import type { TemplateFunction } from './functions.ts';
import { GoFloat, isList, isMap, isTrue, kindOf, sortedKeys, type GoValue } from './go-value.ts';
import { printValue } from './print-value.ts';
import { quote } from './printf.ts';
import { TemplateError } from './template-error.ts';

/** Where a piece of output comes from; text is carried over letter by letter, a value is not. */
export interface OutputPiece {
  text: string;
  offset: number;
  verbatim: boolean;
}

export interface ExecutionLimits {
  /** Actions executed. */
  steps: number;
  /** Characters of output. */
  output: number;
  /** Templates that call each other. */
  depth: number;
}

export const defaultLimits: ExecutionLimits = { steps: 200_000, output: 4_000_000, depth: 100 };

interface Variable {
  name: string;
  value: GoValue;
}

class LoopExit extends Error {
  readonly kind: 'break' | 'continue';

  constructor(kind: 'break' | 'continue') {
    super(kind);
    this.kind = kind;
  }
}

/** Runs a parsed template over one root value. */
export class Executor {
  readonly #tree: TemplateTree;
  readonly #functions: ReadonlyMap<string, TemplateFunction>;
  readonly #envOr: TemplateFunction;
  readonly #limits: ExecutionLimits;
  readonly pieces: OutputPiece[] = [];
  #variables: Variable[];
  #steps = 0;
  #written = 0;
  #depth = 0;

  constructor(
    tree: TemplateTree,
    functions: ReadonlyMap<string, TemplateFunction>,
    envOr: TemplateFunction,
    root: GoValue,
    limits: ExecutionLimits,
  ) {
    this.#tree = tree;
    this.#functions = functions;
    this.#envOr = envOr;
    this.#limits = limits;
    this.#variables = [{ name: '$', value: root }];
  }

  /** Executes nodes with a given dot. */
  run(nodes: readonly TemplateNode[], dot: GoValue): void {
    for (const node of nodes) this.#node(node, dot);
  }

  /** The value of a pipeline, its declarations made. */
  evaluate(pipeline: Pipeline, dot: GoValue): GoValue {
    this.#step(pipeline.offset);
    let value: GoValue | undefined;
    for (const command of pipeline.commands) value = this.#command(command, dot, value);
    const result = value ?? null;
    for (const name of pipeline.declared) {
      if (pipeline.assigns) this.#assign(name, result);
      else this.#variables.push({ name, value: result });
    }
    return result;
  }

  #node(node: TemplateNode, dot: GoValue): void {
    this.#step(node.offset);
    switch (node.kind) {
      case 'text':
        this.#write(node.text, node.offset, true);
        return;
      case 'action': {
        const value = this.evaluate(node.pipeline, dot);
        if (node.pipeline.declared.length > 0) return;
        if (value === null) throw this.#error(node.offset, 'the value is null');
        this.#write(printValue(value), node.offset, false);
        return;
      }
      case 'if':
      case 'with':
        this.#scoped(() => this.#choose(node, node.kind === 'with', dot));
        return;
      case 'range':
        this.#scoped(() => this.#range(node, dot));
        return;
      case 'template':
        this.#template(node, dot);
        return;
      case 'break':
      case 'continue':
        throw new LoopExit(node.kind);
    }
  }

  #choose(branch: Branch, setsDot: boolean, dot: GoValue): void {
    const value = this.evaluate(branch.pipeline, dot);
    if (isTrue(value)) this.run(branch.body, setsDot ? value : dot);
    else this.run(branch.otherwise, dot);
  }

  #range(branch: Branch, dot: GoValue): void {
    const { pipeline } = branch;
    const scope = this.#variables.length;
    const value = this.evaluate({ ...pipeline, declared: [] }, dot);
    const entries = rangeEntries(value);
    if (entries === undefined)
      throw this.#error(branch.offset, `range can't iterate over ${printValue(value)}`);
    const [first, second] = pipeline.declared;
    if (second !== undefined && kindOf(value) === 'int')
      throw this.#error(branch.offset, 'range over a number takes one variable');
    for (const [key, item] of entries) {
      this.#step(branch.offset);
      if (first !== undefined)
        this.#bind(first, second === undefined ? item : key, pipeline.assigns);
      if (second !== undefined) this.#bind(second, item, pipeline.assigns);
      const exit = this.#iteration(branch.body, item);
      this.#variables.length = pipeline.assigns ? this.#variables.length : scope;
      if (exit === 'break') return;
    }
    if (entries.length === 0) this.run(branch.otherwise, dot);
  }

  #bind(name: string, value: GoValue, assigns: boolean): void {
    if (assigns) this.#assign(name, value);
    else this.#variables.push({ name, value });
  }

  #iteration(body: readonly TemplateNode[], dot: GoValue): 'break' | 'continue' | undefined {
    const scope = this.#variables.length;
    try {
      this.run(body, dot);
      return undefined;
    } catch (error) {
      if (error instanceof LoopExit) return error.kind;
      throw error;
    } finally {
      this.#variables.length = scope;
    }
  }

  #template(node: Extract<TemplateNode, { kind: 'template' }>, dot: GoValue): void {
    const body = this.#tree.defined.get(node.name);
    if (body === undefined)
      throw this.#error(node.offset, `template ${quote(node.name)} not defined`);
    const value = node.pipeline === undefined ? null : this.evaluate(node.pipeline, dot);
    this.#depth += 1;
    if (this.#depth > this.#limits.depth)
      throw this.#limit(node.offset, 'templates call each other too deep');
    const outer = this.#variables;
    this.#variables = [{ name: '$', value }];
    this.run(body, value);
    this.#variables = outer;
    this.#depth -= 1;
  }

  #command(command: Command, dot: GoValue, piped: GoValue | undefined): GoValue {
    const [first, ...rest] = command.args;
    if (first === undefined) return null;
    if (first.kind === 'function') return this.#call(first.name, first.offset, rest, dot, piped);
    if (rest.length > 0 || piped !== undefined)
      throw this.#error(first.offset, 'only a function takes arguments');
    return this.#value(first, dot);
  }

  #call(
    name: string,
    offset: number,
    args: readonly Expression[],
    dot: GoValue,
    piped: GoValue | undefined,
  ): GoValue {
    if (name === 'and' || name === 'or') return this.#shortCircuit(name, offset, args, dot, piped);
    const values = args.map((arg) => this.#value(arg, dot));
    if (piped !== undefined) values.push(piped);
    const found = name === 'envOr' ? this.#envOr : this.#functions.get(name);
    if (found === undefined) throw this.#error(offset, `function ${quote(name)} not defined`);
    try {
      return found(values, piped !== undefined);
    } catch (error) {
      if (error instanceof TemplateError)
        throw new TemplateError(error.kind, offset, error.message);
      throw this.#error(offset, error instanceof Error ? error.message : String(error));
    }
  }

  /** `and` and `or` evaluate no further than the answer is known. */
  #shortCircuit(
    name: 'and' | 'or',
    offset: number,
    args: readonly Expression[],
    dot: GoValue,
    piped: GoValue | undefined,
  ): GoValue {
    let value: GoValue | undefined;
    for (const arg of args) {
      value = this.#value(arg, dot);
      if (isTrue(value) === (name === 'or')) return value;
    }
    value = piped ?? value;
    if (value === undefined) throw this.#error(offset, `${name} takes at least one argument`);
    return value;
  }

  #value(expression: Expression, dot: GoValue): GoValue {
    switch (expression.kind) {
      case 'dot':
        return dot;
      case 'nil':
        return null;
      case 'literal':
        return literalValue(expression.value);
      case 'field':
        return this.#fields(dot, expression.names, expression.offset);
      case 'variable':
        return this.#fields(this.#lookup(expression.name), expression.fields, expression.offset);
      case 'chain':
        return this.#fields(this.#value(expression.of, dot), expression.fields, expression.offset);
      case 'pipeline':
        return this.evaluate(expression.pipeline, dot);
      case 'function':
    }
    return this.#call(expression.name, expression.offset, [], dot, undefined);
  }

  #fields(value: GoValue, names: readonly string[], offset: number): GoValue {
    let current = value;
    for (const name of names) {
      if (current === null) throw this.#error(offset, `null has no field .${name}`);
      if (!isMap(current))
        throw this.#error(
          offset,
          `can't evaluate field .${name} in a value of type ${kindOf(current)}`,
        );
      if (!Object.hasOwn(current, name))
        throw this.#error(offset, missingField(names, name, current));
      current = current[name] ?? null;
    }
    return current;
  }

  #lookup(name: string): GoValue {
    return this.#variables.findLast((variable) => variable.name === name)?.value ?? null;
  }

  #assign(name: string, value: GoValue): void {
    const variable = this.#variables.findLast((candidate) => candidate.name === name);
    if (variable !== undefined) variable.value = value;
  }

  #scoped(work: () => void): void {
    const scope = this.#variables.length;
    work();
    this.#variables.length = scope;
  }

  #write(text: string, offset: number, verbatim: boolean): void {
    this.#written += text.length;
    if (this.#written > this.#limits.output)
      throw this.#limit(offset, `the output is longer than ${this.#limits.output} characters`);
    this.pieces.push({ text, offset, verbatim });
  }

  #step(offset: number): void {
    this.#steps += 1;
    if (this.#steps > this.#limits.steps)
      throw this.#limit(offset, `the template takes more than ${this.#limits.steps} steps`);
  }

  #error(offset: number, message: string): TemplateError {
    return new TemplateError('execution', offset, message);
  }

  #limit(offset: number, message: string): TemplateError {
    return new TemplateError('limit', offset, message);
  }
}

function literalValue(value: Extract<Expression, { kind: 'literal' }>['value']): GoValue {
  if (typeof value !== 'object') return value;
  return 'integer' in value ? value.integer : new GoFloat(value.float);
}

function rangeEntries(value: GoValue): [GoValue, GoValue][] | undefined {
  if (value === null) return [];
  if (isList(value)) return value.map((item, index) => [index, item]);
  if (isMap(value)) return sortedKeys(value).map((key) => [key, value[key] ?? null]);
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value > 1_000_000)
    return undefined;
  return Array.from({ length: Math.max(value, 0) }, (_, index) => [index, index]);
}

function missingField(
  names: readonly string[],
  name: string,
  map: { readonly [key: string]: GoValue },
): string {
  const parent = names.slice(0, names.indexOf(name)).join('.');
  const known = Object.keys(map);
  const list = known.length === 0 ? 'it is empty' : `there are ${known.slice(0, 12).join(', ')}`;
  return `${parent === '' ? 'the context' : `.${parent}`} has no entry ${quote(name)}: ${list}`;
}
