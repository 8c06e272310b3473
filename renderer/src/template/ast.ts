/** Something that has a value. Offsets are indices into the text of the template. */
export type Expression =
  | { kind: 'dot'; offset: number }
  | { kind: 'nil'; offset: number }
  | { kind: 'literal'; value: string | boolean | IntegerLiteral | FloatLiteral; offset: number }
  | { kind: 'field'; names: string[]; offset: number }
  | { kind: 'variable'; name: string; fields: string[]; offset: number }
  | { kind: 'chain'; of: Expression; fields: string[]; offset: number }
  | { kind: 'function'; name: string; offset: number }
  | { kind: 'pipeline'; pipeline: Pipeline; offset: number };

/** Go tells integers from floats; a JavaScript number alone does not. */
export interface IntegerLiteral {
  integer: number;
}
export interface FloatLiteral {
  float: number;
}

/** A function or value with its arguments: `eq .Env "dev"`. */
export interface Command {
  args: Expression[];
  offset: number;
}

/** `$x := a | b | c`. */
export interface Pipeline {
  declared: string[];
  assigns: boolean;
  commands: Command[];
  offset: number;
}

export interface Branch {
  pipeline: Pipeline;
  body: TemplateNode[];
  otherwise: TemplateNode[];
  offset: number;
}

export type TemplateNode =
  | { kind: 'text'; text: string; offset: number }
  | { kind: 'action'; pipeline: Pipeline; offset: number }
  | ({ kind: 'if' | 'with' | 'range' } & Branch)
  | { kind: 'break' | 'continue'; offset: number }
  | { kind: 'template'; name: string; pipeline: Pipeline | undefined; offset: number };

export interface TemplateTree {
  root: TemplateNode[];
  /** Bodies of `define` and `block` by name. */
  defined: Map<string, TemplateNode[]>;
}
