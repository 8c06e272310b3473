import { expect } from 'chai';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { ajvOptions } from './compile.ts';
import { schemas } from './index.ts';

type Json = Record<string, unknown>;

interface Property {
  /** JSON pointer of the property inside its schema. */
  pointer: string;
  node: Json;
  /** The property with what its `$ref` says. */
  whole: Json;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every property that a schema declares, wherever it does. */
function propertiesOf(schema: Json): Property[] {
  const definitions = isObject(schema['$defs']) ? schema['$defs'] : {};
  const found: Property[] = [];
  const visit = (node: unknown, pointer: string) => {
    if (Array.isArray(node)) node.forEach((item, index) => visit(item, `${pointer}/${index}`));
    if (!isObject(node)) return;
    const isCondition = /\/(?:if|then|else)$/.test(pointer);
    for (const [name, inner] of Object.entries(isCondition ? {} : (node['properties'] ?? {}))) {
      if (!isObject(inner)) continue;
      const reference = inner['$ref'];
      const target =
        typeof reference === 'string' ? definitions[reference.replace('#/$defs/', '')] : undefined;
      const whole = { ...(isObject(target) ? target : {}), ...inner };
      found.push({ pointer: `${pointer}/properties/${name}`, node: inner, whole });
    }
    for (const [key, inner] of Object.entries(node))
      if (key !== 'examples' && key !== 'default') visit(inner, `${pointer}/${key}`);
  };
  visit(schema, '');
  return found;
}

/** Whether a value needs no example: it lists its values, or is made of parts that have their own. */
function speaksForItself({ whole }: Property): boolean {
  return (
    ['enum', 'const', 'default', 'examples', 'properties', 'anyOf'].some((key) => key in whole) ||
    whole['type'] === 'boolean' ||
    (isObject(whole['items']) && '$ref' in whole['items'])
  );
}

describe('every property of the published schemas', () => {
  for (const schema of Object.values(schemas)) {
    const properties = propertiesOf(schema);

    it(`says what it means: ${schema.title}`, () => {
      const silent = properties.filter(
        ({ whole }) => typeof whole['description'] !== 'string' || whole['description'] === '',
      );
      expect(silent.map(({ pointer }) => pointer)).to.deep.equal([]);
    });

    it(`has a default or an example, unless it lists its values: ${schema.title}`, () => {
      const bare = properties.filter((property) => !speaksForItself(property));
      expect(bare.map(({ pointer }) => pointer)).to.deep.equal([]);
    });

    it(`gives examples and defaults that it would take itself: ${schema.title}`, () => {
      const ajv = new Ajv2020({ ...ajvOptions, strict: true, schemas: [schema] });
      const refused: string[] = [];
      for (const { pointer, node } of properties) {
        const examples = Array.isArray(node['examples']) ? node['examples'] : [];
        const values: unknown[] = 'default' in node ? [...examples, node['default']] : examples;
        for (const value of values) {
          // What a template yields is checked when it is executed.
          if (JSON.stringify(value).includes('{{')) continue;
          const path = pointer.split('/').map((part) => encodeURIComponent(part));
          const validator = ajv.getSchema(`${schema.$id}#${path.join('/')}`);
          if (validator?.(value) !== true)
            refused.push(
              `${pointer}: ${JSON.stringify(value)} ${ajv.errorsText(validator?.errors)}`,
            );
        }
      }
      expect(refused).to.deep.equal([]);
    });
  }
});
