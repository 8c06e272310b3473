import type { Value } from '../yaml/index.ts';

/**
 * What a value of an object may look like: OpenAPI, made small and quick to walk. `null` counts as
 * absent everywhere, as it does for the API server.
 */
export type Shape = AnyShape | ScalarShape | ListShape | MapShape | ObjectShape | ReferenceShape;

export interface AnyShape {
  kind: 'any';
}

export interface ScalarShape {
  kind: 'scalar';
  /** For people: "a string". */
  expected: string;
  accepts(value: Value): boolean;
  /** Whether the type alone is wrong; else the value is. */
  fitsType(value: Value): boolean;
  /** The only values there are. */
  values?: readonly string[];
  limits?: Limits;
}

export interface ListShape {
  kind: 'list';
  items: Shape;
  /** Keys that tell items apart; empty where the order does. */
  keys: readonly string[];
  /** No value twice. */
  isSet: boolean;
  limits?: Limits;
}

export interface MapShape {
  kind: 'map';
  values: Shape;
  limits?: Limits;
}

export interface ObjectShape {
  kind: 'object';
  fields: ReadonlyMap<string, Shape>;
  required: readonly string[];
  /** Whether fields that are not named may stand here. */
  isOpen: boolean;
  limits?: Limits;
}

/** A shape that is only made when it is needed: most never are. */
export interface ReferenceShape {
  kind: 'reference';
  target: Shape | undefined;
  make(): Shape;
}

/** Bounds that a CustomResourceDefinition sets: says what is wrong, or nothing. */
export type Limits = (value: Value) => string | undefined;

export const anything: AnyShape = { kind: 'any' };

/** A shape behind its references. */
export function resolveShape(shape: Shape): Exclude<Shape, ReferenceShape> {
  let current = shape;
  while (current.kind === 'reference') current = current.target ??= current.make();
  return current;
}
