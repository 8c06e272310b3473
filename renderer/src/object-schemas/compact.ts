import { enumeration, scalars } from './scalars.ts';
import { anything, type ObjectShape, type Shape } from './shape.ts';

/**
 * A bundled file, written by `tools/kubernetes-schemas`. A definition is its fields, parted by
 * spaces: `name:type`, `name!:type` when it is required. A type is a letter of `scalars`, `a` for
 * anything, `(A|B)` for an enumeration, `*definition`, `{}type` for a map, `[]type` for a list,
 * `[=]type` for a set, `[key,key]type` for a list whose items are told apart by keys.
 */
export interface CompactSchemas {
  /** Definition by `<apiVersion> <kind>`. */
  kinds: Readonly<Record<string, string>>;
  definitions: Readonly<Record<string, string>>;
}

/** Reads definitions one by one, when they are asked for. */
export function createDefinitions({ definitions }: CompactSchemas): (name: string) => Shape {
  const known = new Map<string, Shape>();
  return shapeOf;

  function shapeOf(name: string): Shape {
    let shape = known.get(name);
    if (shape === undefined) {
      shape = { kind: 'reference', target: undefined, make: () => read(definitions[name]) };
      known.set(name, shape);
    }
    return shape;
  }

  function read(text: string | undefined): Shape {
    if (text === undefined) return anything;
    const fields = new Map<string, Shape>();
    const required: string[] = [];
    for (const field of text === '' ? [] : text.split(' ')) {
      const colon = field.indexOf(':');
      const isRequired = field.charAt(colon - 1) === '!';
      const name = field.slice(0, isRequired ? colon - 1 : colon);
      if (isRequired) required.push(name);
      fields.set(name, readType(field.slice(colon + 1)));
    }
    return { kind: 'object', fields, required, isOpen: false } satisfies ObjectShape;
  }

  function readType(text: string): Shape {
    switch (text.charAt(0)) {
      case '*':
        return shapeOf(text.slice(1));
      case '(':
        return enumeration(text.slice(1, -1).split('|'));
      case '{':
        return { kind: 'map', values: readType(text.slice(2)) };
      case '[': {
        const end = text.indexOf(']');
        const keys = text.slice(1, end);
        const isSet = keys === '=';
        const items = readType(text.slice(end + 1));
        return { kind: 'list', items, keys: isSet || keys === '' ? [] : keys.split(','), isSet };
      }
      default:
        return scalars[text] ?? anything;
    }
  }
}
