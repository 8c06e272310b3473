/** A reference of a JSON Schema that leads out of its file. */
export interface RemoteReference {
  reference: string;
  /** Index into the text of the schema. */
  offset: number;
}

/** The drafts of JSON Schema: helm knows them by heart and fetches none. */
const knownDraft =
  /^https?:\/\/json-schema\.org\/(?:draft-(?:04|06|07)\/schema|draft\/20(?:19-09|20-12)\/schema|schema)#?$/;
const keywords = new Set(['$ref', '$dynamicRef', '$recursiveRef', '$schema']);

/**
 * References that a validator would follow to another file or host.
 *
 * @returns undefined when the text is no JSON
 */
export function remoteReferences(schema: string): RemoteReference[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(schema);
  } catch {
    return undefined;
  }
  const found = new Set<string>();
  collect(value, found);
  return [...found].map((reference) => ({ reference, offset: placeOf(reference, schema) }));
}

function collect(value: unknown, found: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (!keywords.has(key) || typeof inner !== 'string') collect(inner, found);
    else if (!inner.startsWith('#') && !knownDraft.test(inner)) found.add(inner);
  }
}

/** The first place that spells it; the start where it is spelt with escapes. */
function placeOf(reference: string, schema: string): number {
  const index = schema.indexOf(JSON.stringify(reference));
  return index < 0 ? 0 : index + 1;
}
