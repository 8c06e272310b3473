import type { Value } from '../yaml/index.ts';
import type { ScalarShape } from './shape.ts';

const maxInt32 = 2 ** 31 - 1;
const quantityText = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?$/;
const labelValue = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:\d\d)$/;

const isString = (value: Value): value is string => typeof value === 'string';
const isNumber = (value: Value): value is number => typeof value === 'number';
const isStringOrNumber = (value: Value) => isString(value) || isNumber(value);

/** Scalars of the API by the letter that the bundled schemas use. */
export const scalars: Readonly<Record<string, ScalarShape>> = {
  s: scalar('a string', isString),
  b: scalar('true or false', (value) => typeof value === 'boolean'),
  i: scalar('an integer of 32 bits', isInt32, isNumber),
  l: scalar('an integer', Number.isInteger, isNumber),
  n: scalar('a number', isNumber),
  q: scalar('a quantity such as 500m or 1Gi', isQuantity, isStringOrNumber),
  x: scalar(
    'an integer or a string',
    (value) => isString(value) || isInt32(value),
    isStringOrNumber,
  ),
  t: scalar('a time such as 2026-01-31T12:00:00Z', (v) => isString(v) && time.test(v), isString),
  y: scalar('text in base64', isBase64, isString),
  v: scalar('a string that a label can have', (v) => isString(v) && labelValue.test(v), isString),
};

/** One of several strings. The empty one stands for nothing, as in the API server. */
export function enumeration(values: readonly string[]): ScalarShape {
  const known = new Set(values);
  const accepts = (value: Value) => isString(value) && (value === '' || known.has(value));
  return { ...scalar(`one of ${values.join(', ')}`, accepts, isString), values };
}

/** Whether Kubernetes can read a quantity. Source: apimachinery, pkg/api/resource. */
export function isQuantity(value: Value): boolean {
  return isNumber(value) || (isString(value) && quantityText.test(value.trim()));
}

function scalar(
  expected: string,
  accepts: (value: Value) => boolean,
  fitsType: (value: Value) => boolean = accepts,
): ScalarShape {
  return { kind: 'scalar', expected, accepts, fitsType };
}

function isInt32(value: Value): boolean {
  return isNumber(value) && Number.isInteger(value) && value <= maxInt32 && value >= -maxInt32 - 1;
}

function isBase64(value: Value): boolean {
  if (!isString(value)) return false;
  const text = value.replaceAll(/[\r\n]/g, '');
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}
