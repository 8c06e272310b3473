import { compile } from 'json-schema-to-typescript';

type Json = Record<string, unknown>;

/**
 * TypeScript types of one JSON Schema: one interface per titled definition, everything else inlined.
 *
 * @param schema the parsed schema; every object in it says `additionalProperties: false`
 * @param name name of the root type
 */
export async function generateSchemaTypes(schema: Json, name: string): Promise<string> {
  const definitions = isObject(schema['$defs']) ? schema['$defs'] : {};
  const { $id: _, ...rest } = schema;
  const simplified = simplify(rest, definitions);
  return compile(isObject(simplified) ? simplified : {}, name, {
    additionalProperties: false,
    bannerComment: '',
    style: { singleQuote: true, printWidth: 100 },
  });
}

/**
 * The schema without what a type cannot say: conditions on objects, and named scalars, whose
 * aliases would clash between files.
 */
function simplify(node: unknown, definitions: Json): unknown {
  if (Array.isArray(node)) return node.map((item) => simplify(item, definitions));
  if (!isObject(node)) return node;
  const { allOf: _a, anyOf, ...rest } = node;
  const kept: Json = 'properties' in rest || anyOf === undefined ? rest : { ...rest, anyOf };
  const target = definitionOf(kept['$ref'], definitions);
  if (target !== undefined && target['title'] === undefined) {
    const { $ref: _r, ...siblings } = kept;
    return simplify({ ...target, ...siblings }, definitions);
  }
  if (target !== undefined) return { $ref: kept['$ref'] };
  return Object.fromEntries(
    Object.entries(kept).map(([key, value]) => [
      key,
      simplify(key === '$defs' ? titledOnly(value) : value, definitions),
    ]),
  );
}

function titledOnly(defs: unknown): Json {
  const entries = Object.entries(isObject(defs) ? defs : {});
  return Object.fromEntries(entries.filter(([, def]) => isObject(def) && 'title' in def));
}

function definitionOf(ref: unknown, definitions: Json): Json | undefined {
  const found = typeof ref === 'string' ? definitions[ref.replace('#/$defs/', '')] : undefined;
  return isObject(found) ? found : undefined;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
