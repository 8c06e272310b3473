// What JSON allows and jsonb refuses: NUL, and halves of surrogate pairs.
const refusable = /\\u(?:0000|d[89a-f])/i;

/**
 * A payload as jsonb takes it. Characters PostgreSQL cannot store become U+FFFD: a payload is kept
 * as evidence, and one odd commit message must not make a delivery unrecordable.
 */
export function storableJson(payload: unknown): string {
  const text = JSON.stringify(payload) ?? 'null';
  return refusable.test(text) ? JSON.stringify(cleaned(payload)) : text;
}

/** Text as PostgreSQL takes it. */
export const storableText = (text: string): string =>
  text.replaceAll('\0', '\uFFFD').toWellFormed();

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [storableText(key), cleaned(member)]),
  );
}
