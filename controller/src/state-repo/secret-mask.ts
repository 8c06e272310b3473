const MASK = '***';

/**
 * The lines of a manifest as they may be shown; undefined when nothing has to be hidden.
 *
 * In a Secret only what is known to be harmless stays: kind, apiVersion, type, metadata (without
 * the values of annotations, where kubectl keeps a copy) and the names of the keys under `data`
 * and `stringData`. Everything else, whatever way it is written, becomes `***`. When the kind
 * cannot be told by a plain top-level `kind:` line, the file counts as a Secret.
 */
export function maskSecret(path: string, text: string): string[] | undefined {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (!mayBeSecret(path, text)) return undefined;
  let block = '';
  let keyIndent: number | undefined;
  let annotations: number | undefined;
  return lines.map((line) => {
    const indent = line.length - line.trimStart().length;
    if (line.trim() === '' || line === '---') return line;
    if (indent === 0) {
      const top = /^(apiVersion|kind|type|immutable|metadata|data|stringData):(.*)$/.exec(line);
      block = top?.[1] ?? '';
      keyIndent = undefined;
      annotations = undefined;
      if (top === null) return MASK;
      if (block === 'data' || block === 'stringData' || block === 'metadata') {
        return top[2]?.trim() === '' ? line : `${block}: ${MASK}`;
      }
      return line;
    }
    const margin = line.slice(0, indent);
    const key = /^([-._/A-Za-z0-9]+):(.*)$/.exec(line.trimStart());
    if (block === 'metadata') {
      if (annotations !== undefined && indent > annotations) {
        keyIndent ??= indent;
        return indent === keyIndent && key !== null
          ? `${margin}${key[1] ?? ''}: ${MASK}`
          : `${margin}${MASK}`;
      }
      annotations = undefined;
      keyIndent = undefined;
      if (key?.[1] === 'annotations') {
        annotations = indent;
        return key[2]?.trim() === '' ? line : `${margin}annotations: ${MASK}`;
      }
      return key === null ? `${margin}${MASK}` : line;
    }
    if (block !== 'data' && block !== 'stringData') return `${margin}${MASK}`;
    keyIndent ??= indent;
    return indent === keyIndent && key !== null
      ? `${margin}${key[1] ?? ''}: ${MASK}`
      : `${margin}${MASK}`;
  });
}

function mayBeSecret(path: string, text: string): boolean {
  if (/\/secret-[^/]*$/.test(path)) return true;
  const kinds = [...text.matchAll(/^kind:(.*)$/gm)].map((match) => (match[1] ?? '').trim());
  if (kinds.some((kind) => kind === 'Secret' || kind === 'SecretList')) return true;
  if (!path.includes('/manifests/')) return false;
  if (path.endsWith('.json')) return !isHarmlessJson(text);
  // Each document of a manifest must say its kind plainly, or it is not believed.
  const documents = text.split(/^---.*$/m).filter((document) => /^[^#\s]/m.test(document));
  return kinds.length < documents.length || kinds.some((kind) => !isHarmlessKind(kind));
}

function isHarmlessKind(kind: unknown): boolean {
  return typeof kind === 'string' && /^[A-Za-z]+$/.test(kind) && !/^Secret$|List$/.test(kind);
}

function isHarmlessJson(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return (
      typeof value === 'object' && value !== null && 'kind' in value && isHarmlessKind(value.kind)
    );
  } catch {
    return false;
  }
}
