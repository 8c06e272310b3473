import { schemas } from './schemas.ts';

type Json = Record<string, unknown>;

/**
 * Names of the properties that an object may have.
 *
 * @param id id of a schema or of one of its definitions
 * @param path where the object stands in the validated value
 */
export function knownProperties(id: string, path: readonly string[]): string[] {
  const [base, pointer = ''] = id.split('#/');
  const schema: unknown = Object.values(schemas).find(({ $id }) => $id === base);
  if (!isObject(schema)) return [];
  const definitions = isObject(schema['$defs']) ? schema['$defs'] : {};
  let node = pointer === '' ? schema : definitions[pointer.replace('$defs/', '')];
  for (const step of path) node = next(resolve(node, definitions), step);
  const properties = resolve(node, definitions)?.['properties'];
  return isObject(properties)
    ? Object.keys(properties).filter((name) => properties[name] !== false)
    : [];
}

function next(node: Json | undefined, step: string): unknown {
  const properties = node?.['properties'];
  if (isObject(properties) && Object.hasOwn(properties, step)) return properties[step];
  return node?.['additionalProperties'] ?? node?.['items'];
}

function resolve(node: unknown, definitions: Json): Json | undefined {
  if (!isObject(node)) return undefined;
  const reference = node['$ref'];
  return typeof reference === 'string'
    ? resolve(definitions[reference.replace('#/$defs/', '')], definitions)
    : node;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
