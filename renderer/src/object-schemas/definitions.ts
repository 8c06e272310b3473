import { fieldsOf, isFields, listOf, textOf, type Fields, type Value } from '../yaml/index.ts';
import { enumeration, scalars } from './scalars.ts';
import { anything, type Limits, type ObjectShape, type Shape } from './shape.ts';

const preserve = 'x-kubernetes-preserve-unknown-fields';

/**
 * The kinds that a CustomResourceDefinition (apiextensions.k8s.io/v1) brings, as shapes by
 * `<apiVersion> <kind>`. Says as much as its structural schema about types, fields, enumerations,
 * bounds and lists; patterns, CEL rules and `oneOf` are left to the server.
 */
export function definedKinds(definition: Fields, objectMeta: Shape): [key: string, shape: Shape][] {
  const spec = fieldsOf(definition['spec']);
  const group = spec['group'];
  const kind = fieldsOf(spec['names'])['kind'];
  if (typeof group !== 'string' || typeof kind !== 'string') return [];
  return listOf(spec['versions']).flatMap((item): [string, Shape][] => {
    const version = fieldsOf(item);
    const name = version['name'];
    if (typeof name !== 'string' || version['served'] === false) return [];
    const schema = fieldsOf(fieldsOf(version['schema'])['openAPIV3Schema']);
    const hasStatus = Object.hasOwn(fieldsOf(version['subresources']), 'status');
    const make = () => rootShape(schema, objectMeta, hasStatus);
    return [[`${group}/${name} ${kind}`, { kind: 'reference', target: undefined, make }]];
  });
}

function rootShape(schema: Fields, objectMeta: Shape, hasStatus: boolean): Shape {
  const shape = objectShape(schema, objectMeta);
  const fields = new Map(shape.fields);
  fields.set('apiVersion', scalars['s'] ?? anything);
  fields.set('kind', scalars['s'] ?? anything);
  fields.set('metadata', objectMeta);
  // The server ignores what a manifest says of the status.
  if (hasStatus) fields.set('status', anything);
  const required = shape.required.filter((name) => name !== 'status' || !hasStatus);
  return { ...shape, fields, required };
}

function shapeOf(schema: Fields, objectMeta: Shape): Shape {
  if (schema['x-kubernetes-int-or-string'] === true) return scalars['x'] ?? anything;
  const limits = limitsOf(schema);
  const withLimits = limits === undefined ? {} : { limits };
  const type = textOf(schema['type']) ?? '';
  switch (type) {
    case 'object': {
      const values = schema['additionalProperties'];
      if (isFields(values))
        return { kind: 'map', values: shapeOf(values, objectMeta), ...withLimits };
      if (values === true) return anything;
      return objectShape(schema, objectMeta);
    }
    case 'array': {
      const listType = schema['x-kubernetes-list-type'];
      const keys = listOf(schema['x-kubernetes-list-map-keys']).map(String);
      return {
        kind: 'list',
        items: shapeOf(fieldsOf(schema['items']), objectMeta),
        keys: listType === 'map' ? keys : [],
        isSet: listType === 'set',
        ...withLimits,
      };
    }
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
      return scalarShape(type, schema, limits);
    default:
      return anything;
  }
}

function objectShape(schema: Fields, objectMeta: Shape): ObjectShape {
  const fields = new Map<string, Shape>();
  for (const [name, inner] of Object.entries(fieldsOf(schema['properties'])))
    fields.set(name, shapeOf(fieldsOf(inner), objectMeta));
  if (schema['x-kubernetes-embedded-resource'] === true) {
    fields.set('apiVersion', scalars['s'] ?? anything);
    fields.set('kind', scalars['s'] ?? anything);
    fields.set('metadata', objectMeta);
  }
  const limits = limitsOf(schema);
  return {
    kind: 'object',
    fields,
    // What has a default is filled in before the server looks.
    required: listOf(schema['required'])
      .map(String)
      .filter((name) => !hasDefault(schema, name)),
    isOpen: schema[preserve] === true,
    ...(limits === undefined ? {} : { limits }),
  };
}

function hasDefault(schema: Fields, name: string): boolean {
  const property = fieldsOf(fieldsOf(schema['properties'])[name]);
  return Object.hasOwn(property, 'default');
}

function scalarShape(type: string, schema: Fields, limits: Limits | undefined): Shape {
  const allowed = schema['enum'];
  if (type === 'string' && Array.isArray(allowed)) {
    const values = allowed.map(String);
    // Unlike in the kinds of Kubernetes, an empty string is a value of its own.
    return { ...enumeration(values), accepts: (value) => values.some((one) => one === value) };
  }
  const letter = { string: 's', boolean: 'b', number: 'n', integer: 'l' }[type] ?? '';
  const base = scalars[letter];
  if (base === undefined) return anything;
  return limits === undefined ? base : { ...base, limits };
}

/** Bounds of a schema as one check; undefined when it has none. */
function limitsOf(schema: Fields): Limits | undefined {
  const checks = [
    bound(schema['minimum'], sizeOfNumber, (a, b) => a >= b, 'at least'),
    bound(schema['maximum'], sizeOfNumber, (a, b) => a <= b, 'at most'),
    bound(schema['minLength'], sizeOfString, (a, b) => a >= b, 'no shorter than'),
    bound(schema['maxLength'], sizeOfString, (a, b) => a <= b, 'no longer than'),
    bound(schema['minItems'], sizeOfList, (a, b) => a >= b, 'a list of at least'),
    bound(schema['maxItems'], sizeOfList, (a, b) => a <= b, 'a list of at most'),
    bound(schema['minProperties'], sizeOfMap, (a, b) => a >= b, 'a map of at least'),
    bound(schema['maxProperties'], sizeOfMap, (a, b) => a <= b, 'a map of at most'),
  ].filter((check) => check !== undefined);
  if (checks.length === 0) return undefined;
  return (value) => {
    for (const check of checks) {
      const wrong = check(value);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  };
}

function bound(
  limit: Value | undefined,
  sizeOf: (value: Value) => number | undefined,
  holds: (size: number, limit: number) => boolean,
  words: string,
): Limits | undefined {
  if (typeof limit !== 'number') return undefined;
  return (value) => {
    const size = sizeOf(value);
    return size === undefined || holds(size, limit) ? undefined : `must be ${words} ${limit}`;
  };
}

function sizeOfNumber(value: Value): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function sizeOfString(value: Value): number | undefined {
  // Characters, not UTF-16 units, as the server counts.
  return typeof value === 'string' ? Array.from(value).length : undefined;
}

function sizeOfList(value: Value): number | undefined {
  return Array.isArray(value) ? value.length : undefined;
}

function sizeOfMap(value: Value): number | undefined {
  return isFields(value) ? Object.keys(value).length : undefined;
}
