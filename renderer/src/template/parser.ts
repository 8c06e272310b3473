import type { Branch, Command, Expression, Pipeline, TemplateNode, TemplateTree } from './ast.ts';
import { tokenize, type Token, type TokenKind } from './lexer.ts';
import { parseChar, parseNumber, parseString } from './literals.ts';
import { TemplateError } from './template-error.ts';

const deepest = 200;

/**
 * Parses a template.
 *
 * @param functions names that may be called
 * @throws TemplateError with the offset of the mistake
 */
export function parseTemplate(text: string, functions: ReadonlySet<string>): TemplateTree {
  return new Parser(tokenize(text), functions).parse();
}

type Ending = 'end' | 'else';

class Parser {
  readonly #tokens: Token[];
  readonly #functions: ReadonlySet<string>;
  readonly #defined = new Map<string, TemplateNode[]>();
  #next = 0;
  #variables = ['$'];
  #loops = 0;
  #depth = 0;

  constructor(tokens: Token[], functions: ReadonlySet<string>) {
    this.#tokens = tokens;
    this.#functions = functions;
  }

  parse(): TemplateTree {
    const root: TemplateNode[] = [];
    while (this.#peek().kind !== 'end') {
      if (this.#isKeyword('define')) this.#define();
      else root.push(...this.#node());
    }
    return { root, defined: this.#defined };
  }

  #define(): void {
    const open = this.#take();
    this.#take();
    const name = this.#templateName('define');
    this.#expect('close', 'define clause');
    const outer = { variables: this.#variables, loops: this.#loops };
    this.#variables = ['$'];
    this.#loops = 0;
    const { body, ending } = this.#body(open);
    if (ending !== 'end') throw this.#error(this.#peek(), 'unexpected {{else}} in define clause');
    this.#expect('close', 'define clause');
    this.#variables = outer.variables;
    this.#loops = outer.loops;
    this.#addDefinition(name, body, open);
  }

  #addDefinition(name: string, body: TemplateNode[], open: Token): void {
    const present = this.#defined.get(name);
    if (present !== undefined && !isEmpty(present) && !isEmpty(body))
      throw this.#error(open, `template: multiple definition of template ${JSON.stringify(name)}`);
    if (present === undefined || isEmpty(present)) this.#defined.set(name, body);
  }

  /** Nodes up to `end` or `else`, whose keyword is taken and whose rest is not. */
  #body(open: Token): { body: TemplateNode[]; ending: Ending } {
    const body: TemplateNode[] = [];
    this.#depth += 1;
    if (this.#depth > deepest) throw this.#error(open, 'nested too deep');
    for (;;) {
      if (this.#peek().kind === 'end') throw this.#error(open, 'this action has no {{end}}');
      const ending = this.#isKeyword('end') ? 'end' : this.#isKeyword('else') && 'else';
      if (ending) {
        this.#next += 2;
        this.#skipSpace();
        this.#depth -= 1;
        return { body, ending };
      }
      body.push(...this.#node());
    }
  }

  #node(): TemplateNode[] {
    const token = this.#take();
    if (token.kind === 'text') return [{ kind: 'text', text: token.text, offset: token.offset }];
    this.#skipSpace();
    const keyword = this.#peek();
    if (keyword.kind === 'keyword' && keyword.text !== 'nil') {
      this.#next += 1;
      return this.#keywordNode(keyword, token);
    }
    const pipeline = this.#pipeline('command', 'close');
    return [{ kind: 'action', pipeline, offset: token.offset }];
  }

  #keywordNode(keyword: Token, open: Token): TemplateNode[] {
    switch (keyword.text) {
      case 'if':
      case 'with':
      case 'range':
        return [{ kind: keyword.text, ...this.#branch(keyword.text, open) }];
      case 'break':
      case 'continue':
        this.#skipSpace();
        this.#expect('close', `{{${keyword.text}}}`);
        if (this.#loops === 0) throw this.#error(keyword, `{{${keyword.text}}} outside {{range}}`);
        return [{ kind: keyword.text, offset: keyword.offset }];
      case 'template':
        return [this.#template(keyword)];
      case 'block':
        return [this.#block(keyword, open)];
      default:
        throw this.#error(keyword, `unexpected {{${keyword.text}}}`);
    }
  }

  #branch(kind: 'if' | 'with' | 'range', open: Token): Branch {
    const scope = this.#variables.length;
    const pipeline = this.#pipeline(kind, 'close');
    if (kind === 'range') this.#loops += 1;
    const { body, ending } = this.#body(open);
    if (kind === 'range') this.#loops -= 1;
    const otherwise = ending === 'else' ? this.#otherwise(kind, open) : [];
    if (ending === 'end') this.#expect('close', 'end');
    this.#variables.length = scope;
    return { pipeline, body, otherwise, offset: open.offset };
  }

  /** What follows `else`: a body, or for `else if` and `else with` a branch that shares the end. */
  #otherwise(kind: 'if' | 'with' | 'range', open: Token): TemplateNode[] {
    const token = this.#peek();
    if (token.kind === 'keyword' && token.text === kind && kind !== 'range') {
      this.#next += 1;
      return [{ kind, ...this.#branch(kind, token) }];
    }
    this.#expect('close', 'else');
    const { body, ending } = this.#body(open);
    if (ending === 'else') throw this.#error(this.#peek(), `expected end; found {{else}}`);
    this.#expect('close', 'end');
    return body;
  }

  #template(keyword: Token): TemplateNode {
    const name = this.#templateName('template');
    this.#skipSpace();
    const hasPipeline = this.#peek().kind !== 'close';
    const pipeline = hasPipeline ? this.#pipeline('template clause', 'close') : undefined;
    if (!hasPipeline) this.#next += 1;
    return { kind: 'template', name, pipeline, offset: keyword.offset };
  }

  #block(keyword: Token, open: Token): TemplateNode {
    const name = this.#templateName('block');
    const pipeline = this.#pipeline('block clause', 'close');
    const outer = { variables: this.#variables, loops: this.#loops };
    this.#variables = ['$'];
    this.#loops = 0;
    const { body, ending } = this.#body(open);
    if (ending !== 'end') throw this.#error(this.#peek(), 'unexpected {{else}} in block clause');
    this.#expect('close', 'block clause');
    this.#variables = outer.variables;
    this.#loops = outer.loops;
    this.#addDefinition(name, body, open);
    return { kind: 'template', name, pipeline, offset: keyword.offset };
  }

  #templateName(clause: string): string {
    this.#skipSpace();
    const token = this.#take();
    if (token.kind !== 'string' && token.kind !== 'rawString')
      throw this.#error(token, `unexpected ${describe(token)} in ${clause} clause`);
    this.#skipSpace();
    return parseString(token);
  }

  #pipeline(context: string, closing: 'close' | 'rightParen'): Pipeline {
    this.#skipSpace();
    const start = this.#peek();
    const pipeline: Pipeline = { declared: [], assigns: false, commands: [], offset: start.offset };
    this.#declarations(pipeline, context);
    for (;;) {
      this.#skipSpace();
      const token = this.#peek();
      if (token.kind === closing) {
        if (pipeline.commands.length === 0)
          throw this.#error(token, `missing value for ${context}`);
        this.#next += 1;
        this.#checkStages(pipeline);
        return pipeline;
      }
      pipeline.commands.push(this.#command(context));
    }
  }

  #declarations(pipeline: Pipeline, context: string): void {
    const start = this.#next;
    const names: string[] = [];
    for (;;) {
      const variable = this.#peek();
      if (variable.kind !== 'variable') break;
      this.#next += 1;
      names.push(variable.text);
      this.#skipSpace();
      const token = this.#peek();
      if (token.kind === 'declare' || token.kind === 'assign') {
        this.#next += 1;
        pipeline.declared = names;
        pipeline.assigns = token.kind === 'assign';
        if (pipeline.assigns) for (const name of names) this.#checkVariable(name, variable);
        else this.#variables.push(...names);
        if (names.length > 1 && context !== 'range')
          throw this.#error(variable, `too many declarations in ${context}`);
        return;
      }
      if (token.kind !== 'comma' || context !== 'range' || names.length > 1) break;
      this.#next += 1;
      this.#skipSpace();
    }
    this.#next = start;
  }

  /** Only functions and fields can take the value of the stage before. */
  #checkStages(pipeline: Pipeline): void {
    for (const command of pipeline.commands.slice(1)) {
      const [first] = command.args;
      if (first === undefined || ['literal', 'dot', 'nil'].includes(first.kind))
        throw new TemplateError(
          'syntax',
          command.offset,
          'a value cannot take the result of the stage before it',
        );
    }
  }

  #command(context: string): Command {
    const command: Command = { args: [], offset: this.#peek().offset };
    for (;;) {
      this.#skipSpace();
      const operand = this.#operand();
      if (operand !== undefined) command.args.push(operand);
      const token = this.#take();
      if (token.kind === 'space') continue;
      if (token.kind === 'close' || token.kind === 'rightParen') this.#next -= 1;
      else if (token.kind !== 'pipe')
        throw this.#error(token, `unexpected ${describe(token)} in ${context}`);
      if (command.args.length === 0) throw this.#error(token, 'empty command');
      return command;
    }
  }

  #operand(): Expression | undefined {
    const term = this.#term();
    if (term === undefined) return undefined;
    const fields: string[] = [];
    while (this.#peek().kind === 'field') fields.push(this.#take().text.slice(1));
    if (fields.length === 0) return term;
    if (term.kind === 'field') return { ...term, names: [...term.names, ...fields] };
    if (term.kind === 'variable') return { ...term, fields };
    if (term.kind === 'literal' || term.kind === 'nil' || term.kind === 'dot')
      throw new TemplateError('syntax', term.offset, `unexpected .${fields[0]} after a value`);
    return { kind: 'chain', of: term, fields, offset: term.offset };
  }

  #term(): Expression | undefined {
    const token = this.#peek();
    const { kind, text, offset } = token;
    if (kind === 'leftParen') {
      this.#next += 1;
      const pipeline = this.#pipeline('parenthesized pipeline', 'rightParen');
      return { kind: 'pipeline', pipeline, offset };
    }
    if (kind === 'identifier' && !this.#functions.has(text))
      throw this.#error(token, `function ${JSON.stringify(text)} not defined`);
    if (kind === 'variable') this.#checkVariable(text, token);
    const term = leafTerm(token);
    if (term !== undefined) this.#next += 1;
    return term;
  }

  #checkVariable(name: string, token: Token): void {
    if (!this.#variables.includes(name))
      throw this.#error(token, `undefined variable ${JSON.stringify(name)}`);
  }

  /** Whether an action begins here, with this keyword. */
  #isKeyword(text: string): boolean {
    const token = this.#tokens[this.#next + 1];
    return this.#peek().kind === 'open' && token?.kind === 'keyword' && token.text === text;
  }

  #expect(kind: TokenKind, context: string): Token {
    this.#skipSpace();
    const token = this.#take();
    if (token.kind !== kind)
      throw this.#error(token, `unexpected ${describe(token)} in ${context}`);
    return token;
  }

  #skipSpace(): void {
    while (this.#peek().kind === 'space') this.#next += 1;
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', text: '', offset: 0 };
  }

  #take(): Token {
    const token = this.#peek();
    this.#next += 1;
    return token;
  }

  #error(token: Token, message: string): TemplateError {
    return new TemplateError('syntax', token.offset, message);
  }
}

/** A term of a single token; undefined for one that begins no term. */
function leafTerm(token: Token): Expression | undefined {
  const { kind, text, offset } = token;
  if (kind === 'identifier') return { kind: 'function', name: text, offset };
  if (kind === 'dot') return { kind: 'dot', offset };
  if (kind === 'field') return { kind: 'field', names: [text.slice(1)], offset };
  if (kind === 'variable') return { kind: 'variable', name: text, fields: [], offset };
  if (kind === 'bool') return { kind: 'literal', value: text === 'true', offset };
  if (kind === 'number') return { kind: 'literal', value: parseNumber(token), offset };
  if (kind === 'char') return { kind: 'literal', value: parseChar(token), offset };
  if (kind === 'string' || kind === 'rawString')
    return { kind: 'literal', value: parseString(token), offset };
  return kind === 'keyword' && text === 'nil' ? { kind: 'nil', offset } : undefined;
}

function isEmpty(body: readonly TemplateNode[]): boolean {
  return body.every((node) => node.kind === 'text' && node.text.trim() === '');
}

function describe(token: Token): string {
  if (token.kind === 'end') return 'end of the template';
  return token.kind === 'close' ? '"}}"' : JSON.stringify(token.text);
}
