import {
  isList,
  isMap,
  kindOf,
  numberOf,
  sortedKeys,
  type GoMap,
  type GoValue,
} from './go-value.ts';

/** A value as `{{ . }}` and `%v` print it. */
export function printValue(value: GoValue): string {
  if (typeof value === 'string') return value;
  if (value === null) return '<nil>';
  if (typeof value === 'boolean') return String(value);
  if (kindOf(value) === 'float64') return printFloat(numberOf(value) ?? 0, 'g', -1);
  if (isList(value)) return `[${value.map(printValue).join(' ')}]`;
  return isMap(value) ? printMap(value) : String(numberOf(value));
}

function printMap(map: GoMap): string {
  const entries = sortedKeys(map).map((key) => `${key}:${printValue(map[key] ?? null)}`);
  return `map[${entries.join(' ')}]`;
}

/**
 * A float as Go's strconv writes it.
 *
 * @param precision digits after the point (`e`, `f`) or in all (`g`); -1 for the shortest exact form
 */
export function printFloat(value: number, verb: 'e' | 'f' | 'g', precision: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value < 0 ? '-Inf' : '+Inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const absolute = Math.abs(value);
  if (verb === 'f') return sign + printFixed(absolute, precision);
  if (verb === 'e') return sign + printExponent(absolute, precision);
  const digits = precision < 0 ? undefined : Math.max(precision, 1);
  const exponential =
    digits === undefined ? absolute.toExponential() : absolute.toExponential(digits - 1);
  const [mantissa = '', exponentText = '0'] = exponential.split('e');
  const exponent = Number(exponentText);
  const significant = mantissa.replace('.', '').replace(/0+$/, '').length;
  const limit =
    digits === undefined ? 6 : Math.max(digits, significant > digits ? significant : digits);
  if (exponent < -4 || exponent >= limit)
    return (
      sign +
      formatExponent(mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa, exponent)
    );
  const fraction = Math.max(significant - exponent - 1, 0);
  return sign + printFixed(Number(exponential), fraction);
}

function printFixed(value: number, precision: number): string {
  if (precision < 0) return shortestFixed(value);
  // toFixed switches to exponents from 1e21 on, and such values have no fraction.
  if (value >= 1e21)
    return BigInt(value).toString() + (precision > 0 ? `.${'0'.repeat(precision)}` : '');
  return value.toFixed(Math.min(precision, 100));
}

function shortestFixed(value: number): string {
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  const digits = mantissa.replace('.', '');
  const point = Number(exponent) + 1;
  if (point <= 0)
    return `0.${'0'.repeat(-point)}${digits}`.replace(/^0\.$/, '0').replace(/^0\.0$/, '0');
  if (point >= digits.length) return digits + '0'.repeat(point - digits.length);
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}

function printExponent(value: number, precision: number): string {
  const text =
    precision < 0 ? value.toExponential() : value.toExponential(Math.min(precision, 100));
  const [mantissa = '', exponent = '0'] = text.split('e');
  return formatExponent(mantissa, Number(exponent));
}

function formatExponent(mantissa: string, exponent: number): string {
  const digits = String(Math.abs(exponent)).padStart(2, '0');
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${digits}`;
}
