/** What an unquoted scalar means; `ambiguous` says why it must be written in another way. */
export interface PlainScalar {
  value: string | number | boolean | null;
  ambiguous?: string;
}

const words = new Map<string, boolean | null>([
  ['', null],
  ['~', null],
  ...['null', 'Null', 'NULL'].map((word): [string, null] => [word, null]),
  ...['true', 'True', 'TRUE'].map((word): [string, boolean] => [word, true]),
  ...['false', 'False', 'FALSE'].map((word): [string, boolean] => [word, false]),
]);
const decimal = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const octalOrHex = /^0(?:o[0-7]+|x[0-9a-fA-F]+)$/;
const notFinite = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

/**
 * Resolves an unquoted scalar by the core schema of YAML 1.2.
 * Source: https://yaml.org/spec/1.2.2/#103-core-schema
 */
export function resolvePlain(text: string): PlainScalar {
  const first = text.charCodeAt(0);
  // Letters, the common case, start no number: only a word of the schema can be special.
  if (first >= 0x41 || text === '') {
    const word = text.length <= 5 ? words.get(text) : undefined;
    return { value: word === undefined ? text : word };
  }
  if (decimal.test(text)) return resolveDecimal(text);
  if (octalOrHex.test(text)) return exact(text, Number(text));
  if (notFinite.test(text))
    return { value: text, ambiguous: `${text} is no number that Kubernetes knows` };
  return { value: text };
}

function resolveDecimal(text: string): PlainScalar {
  if (/^[-+]?0[0-9]+$/.test(text)) {
    const octal = /^[-+]?[0-7]+$/.test(text) ? Number.parseInt(text, 8) : undefined;
    const other = octal === undefined ? 'a string' : `${octal} (octal)`;
    return {
      value: Number(text),
      ambiguous: `${text} is ${Number(text)} in YAML 1.2 and ${other} in YAML 1.1`,
    };
  }
  return exact(text, Number(text));
}

function exact(text: string, value: number): PlainScalar {
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    return { value, ambiguous: `${text} is too large to be kept exactly` };
  return { value: Object.is(value, -0) ? 0 : value };
}
