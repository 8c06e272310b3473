import { schemas } from '@codex-k8s/schema';
import type { Value, YamlMap, YamlNode } from '../yaml/index.ts';

/** A field of the contract that a map does not have. */
export interface AbsentField {
  map: YamlMap;
  path: readonly (string | number)[];
  key: string;
  /** A value that is not the default, to try. */
  example: Value;
  default: Value | undefined;
  description: string | undefined;
}

type Schema = { [key: string]: Value };

/**
 * Fields that the contract knows and a unit does not have, in every map of it.
 *
 * @param definition name of the unit's schema in `$defs`
 */
export function absentFields(
  definition: 'serviceUnit' | 'infrastructureUnit',
  unit: YamlNode,
  path: readonly (string | number)[],
): AbsentField[] {
  const root = asSchema(structuredClone(schemas.services));
  const found: AbsentField[] = [];
  visit(asSchema(asSchema(root['$defs'])[definition]), unit, path);
  return found;

  function visit(schema: Schema, node: YamlNode, at: readonly (string | number)[]): void {
    if (node.kind === 'scalar') return;
    const all = alternatives(root, schema);
    if (node.kind === 'seq') {
      const item = all.find((each) => each['items'] !== undefined)?.['items'];
      for (const [index, inner] of node.items.entries())
        visit(asSchema(item), inner, [...at, index]);
      return;
    }
    for (const each of all) {
      const properties = Object.entries(asSchema(each['properties']));
      for (const [key, property] of properties) {
        const present = node.entries.get(key)?.value;
        if (present !== undefined) visit(asSchema(property), present, [...at, key]);
        else if (!found.some((field) => field.map === node && field.key === key))
          addField(node, at, key, asSchema(property));
      }
      for (const entry of node.entries.values())
        if (!properties.some(([key]) => key === entry.key))
          visit(asSchema(each['additionalProperties']), entry.value, [...at, entry.key]);
    }
  }

  function addField(
    map: YamlMap,
    at: readonly (string | number)[],
    key: string,
    property: Schema,
  ): void {
    const all = alternatives(root, property);
    const first = (name: string): Value | undefined =>
      all.find((each) => each[name] !== undefined)?.[name];
    const fallback = first('default');
    const example = exampleOf(all, fallback);
    if (example === undefined) return;
    const description = first('description');
    found.push({
      map,
      path: [...at, key],
      key,
      example,
      default: fallback,
      description: typeof description === 'string' ? description : undefined,
    });
  }
}

/** A schema with everything it refers to or chooses between. */
function alternatives(root: Schema, schema: Schema): Schema[] {
  const reference = schema['$ref'];
  const target =
    typeof reference === 'string' && reference.startsWith('#/$defs/')
      ? [asSchema(asSchema(root['$defs'])[reference.slice('#/$defs/'.length)])]
      : [];
  const inner = (['allOf', 'anyOf', 'oneOf'] as const).flatMap((key) => {
    const list = schema[key];
    return Array.isArray(list) ? list.map(asSchema) : [];
  });
  return [schema, ...[...target, ...inner].flatMap((each) => alternatives(root, each))];
}

function exampleOf(all: readonly Schema[], fallback: Value | undefined): Value | undefined {
  const differs = (value: Value): boolean => JSON.stringify(value) !== JSON.stringify(fallback);
  for (const { examples, enum: choices, const: only, type } of all) {
    for (const list of [examples, choices])
      if (Array.isArray(list)) {
        const other = list.find(differs);
        if (other !== undefined) return other;
      }
    if (only !== undefined && differs(only)) return only;
    if (type === 'boolean') return fallback !== true;
    if (type === 'integer') return typeof fallback === 'number' ? fallback + 1 : 7;
    if (type === 'string') return 'x';
  }
  return undefined;
}

function asSchema(value: Value | undefined): Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
