/** A reference of a JSON Schema that leads out of its file. */
export interface RemoteReference {
  reference: string;
  /** Index into the text of the schema. */
  offset: number;
}

/** The drafts of JSON Schema: helm knows them by heart and fetches none. */
const knownDraft =
  /^https?:\/\/json-schema\.org\/(?:draft-(?:04|06|07)\/schema|draft\/20(?:19-09|20-12)\/schema)#?$/;
const referenceKeyword =
  /"(\$ref|\$dynamicRef|\$recursiveRef|\$schema)"\s*:\s*"((?:[^"\\]|\\.)*)"/g;

/**
 * References that a validator would follow to another file or host. Found in the text, not in the
 * value: too much is found rather than too little.
 */
export function remoteReferences(schema: string): RemoteReference[] {
  return [...schema.matchAll(referenceKeyword)].flatMap((match) => {
    const written = match[2] ?? '';
    const reference = unescape(written);
    if (reference === '' || reference.startsWith('#') || knownDraft.test(reference)) return [];
    return [{ reference, offset: match.index + match[0].length - written.length - 1 }];
  });
}

function unescape(written: string): string {
  const value: unknown = JSON.parse(`"${written.replaceAll(/\p{Cc}/gu, '')}"`);
  return typeof value === 'string' ? value : written;
}
