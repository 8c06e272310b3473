import { suggest } from '../diagnostics/index.ts';
import type { Value } from '../yaml/index.ts';
import {
  resolveShape,
  type ListShape,
  type MapShape,
  type ObjectShape,
  type ScalarShape,
  type Shape,
} from './shape.ts';

/** Something that the API server would refuse. */
export interface SchemaFault {
  fault: 'unknown-field' | 'missing-field' | 'wrong-type' | 'invalid-value' | 'duplicate-item';
  /** Path in the object; of an unknown field with its name, of a missing one without. */
  path: readonly (string | number)[];
  /** A sentence without its subject: `replicas must be an integer of 32 bits, not string "3"`. */
  message: string;
  hint?: string | undefined;
}

/** More than this many faults of one object help nobody. */
const faultLimit = 50;

/**
 * Everything in an object that its schema does not allow.
 *
 * Meant to agree with `kubectl apply --server-side --dry-run=server --validate=strict` about the
 * form of an object: a test asks a real API server. What only the code of the server knows – that a
 * name is free, that two fields exclude each other – is not said here.
 *
 * @param options.hidesValues keeps values out of messages and hints: for what may be secret
 */
export function validateObject(
  shape: Shape,
  value: Value,
  options: { hidesValues?: boolean } = {},
): SchemaFault[] {
  const faults: SchemaFault[] = [];
  new Walk(faults, options.hidesValues === true).visit(shape, value);
  return faults;
}

class Walk {
  readonly #faults: SchemaFault[];
  readonly #path: (string | number)[] = [];

  readonly #hidesValues: boolean;

  constructor(faults: SchemaFault[], hidesValues: boolean) {
    this.#faults = faults;
    this.#hidesValues = hidesValues;
  }

  visit(unresolved: Shape, value: Value): void {
    const shape = unresolved.kind === 'reference' ? resolveShape(unresolved) : unresolved;
    switch (shape.kind) {
      case 'any':
        return;
      case 'scalar':
        if (!shape.accepts(value)) {
          this.#refuseScalar(shape, value);
          return;
        }
        break;
      case 'object':
        if (isMap(value)) this.#object(shape, value);
        else this.#refuse('a map', value);
        break;
      case 'list':
        if (Array.isArray(value)) this.#list(shape, value);
        else this.#refuse('a list', value);
        break;
      case 'map':
        if (isMap(value)) this.#map(shape, value);
        else this.#refuse('a map', value);
    }
    const wrong = shape.limits?.(value);
    if (wrong !== undefined) this.#report('invalid-value', `${this.#field()} ${wrong}`);
  }

  #object(shape: ObjectShape, value: { [key: string]: Value }): void {
    const { fields, required, isOpen } = shape;
    for (const key in value) {
      const field = fields.get(key);
      const inner = value[key] ?? null;
      if (field !== undefined) {
        if (inner !== null) this.#inside(key, field, inner);
      } else if (!isOpen) this.#unknownField(key, fields);
    }
    for (const key of required) {
      if ((value[key] ?? null) === null)
        this.#report('missing-field', `${key} is missing in ${this.#field()}`);
    }
  }

  #map({ values }: MapShape, value: { [key: string]: Value }): void {
    if (values.kind === 'any') return;
    for (const key in value) {
      const inner = value[key] ?? null;
      if (inner !== null) this.#inside(key, values, inner);
    }
  }

  #list({ items, keys, isSet }: ListShape, list: readonly Value[]): void {
    if (items.kind === 'any') return;
    for (let index = 0; index < list.length; index += 1) {
      const item = list[index] ?? null;
      if (item !== null || isSet || keys.length > 0) this.#inside(index, items, item);
    }
    if (list.length < 2 || (keys.length === 0 && !isSet)) return;
    const seen = new Set<string>();
    for (const [index, item] of list.entries()) {
      const key = isSet ? JSON.stringify(item) : keyOf(item, keys);
      if (seen.has(key)) {
        this.#path.push(index);
        const what = isSet ? (this.#hidesValues ? 'a value' : key) : `${keys.join(' and ')} ${key}`;
        this.#report('duplicate-item', `${what} stands in this list twice`);
        this.#path.pop();
      }
      seen.add(key);
    }
  }

  #inside(step: string | number, shape: Shape, value: Value): void {
    if (this.#faults.length >= faultLimit) return;
    this.#path.push(step);
    this.visit(shape, value);
    this.#path.pop();
  }

  #unknownField(key: string, fields: ReadonlyMap<string, Shape>): void {
    const hint = suggest(key, fields.keys()) ?? misplaced(key, fields);
    const message = `unknown field ${key} in ${this.#field()}`;
    this.#path.push(key);
    this.#report('unknown-field', message, hint);
    this.#path.pop();
  }

  #refuseScalar(shape: ScalarShape, value: Value): void {
    const { expected, values } = shape;
    if (!shape.fitsType(value)) {
      this.#refuse(expected, value, this.#quotingHint(shape, value));
      return;
    }
    const written = this.#hidesValues ? 'what it is' : JSON.stringify(value);
    const message = `${this.#field()} must be ${expected}, not ${written}`;
    this.#report('invalid-value', message, values && suggest(textOf(value), values));
  }

  /** A number or boolean that would do as a string. */
  #quotingHint(shape: ScalarShape, value: Value): string | undefined {
    if (typeof value === 'object' || !shape.accepts(String(value))) return undefined;
    return this.#hidesValues ? 'Write it in quotes.' : `Quote it: "${value}".`;
  }

  #refuse(expected: string, value: Value, hint?: string): void {
    const message = `${this.#field()} must be ${expected}, not ${this.#describe(value)}`;
    this.#report('wrong-type', message, hint);
  }

  #report(fault: SchemaFault['fault'], message: string, hint?: string): void {
    if (this.#faults.length >= faultLimit) return;
    this.#faults.push({ fault, path: [...this.#path], message, hint });
  }

  #describe(value: Value): string {
    if (value === null) return 'empty';
    if (Array.isArray(value)) return 'a list';
    if (isMap(value)) return 'a map';
    return this.#hidesValues ? `a ${typeof value}` : `${typeof value} ${JSON.stringify(value)}`;
  }

  #field(): string {
    return formatPath(this.#path);
  }
}

/** `spec.containers[0].image`; `the object` for the root. */
export function formatPath(path: readonly (string | number)[]): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (!/^[A-Za-z_][\w-]*$/.test(step)) text += `[${JSON.stringify(step)}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text === '' ? 'the object' : text;
}

/** The one field that knows the name: what was written one level too high. */
function misplaced(key: string, fields: ReadonlyMap<string, Shape>): string | undefined {
  for (const [name, unresolved] of fields) {
    if (name === 'metadata' || name === 'status') continue;
    const shape = resolveShape(unresolved);
    if (shape.kind === 'object' && shape.fields.has(key)) return `It belongs into ${name}.`;
  }
  return undefined;
}

/** Ports are told apart by their protocol too, and TCP need not be written. */
function keyOf(item: Value, keys: readonly string[]): string {
  if (!isMap(item)) return JSON.stringify(item);
  const values = keys.map(
    (key) => item[key] ?? (key === 'protocol' && !(key in item) ? 'TCP' : null),
  );
  return values
    .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
    .join('/');
}

function isMap(value: Value): value is { [key: string]: Value } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: Value): string {
  return typeof value === 'string' ? value : '';
}
