import { parsePrinted, type ManifestScope } from '../manifests/index.ts';
import { resolvePath } from '../paths/index.ts';
import type { ParsedText } from '../sources/index.ts';
import { child, type YamlMap, type YamlNode } from '../yaml/index.ts';

const annotation = 'config.kubernetes.io/origin';

/** Splits what kustomize prints into its documents, each with the file that it comes from. */
export async function readPrinted(
  { sources }: ManifestScope,
  directory: string,
  output: string,
): Promise<ParsedText[]> {
  // A line of text never begins at the margin: what kustomize prints is in block style.
  const parts = output.split(/^---\n/m).filter((part) => part.trim() !== '');
  return Promise.all(
    parts.map(async (part) => {
      const file = originOf(part, directory);
      const text = (await sources.text(file)) ?? '';
      const parsed = await parsePrinted(sources, part, { file, text });
      return { ...parsed, documents: parsed.documents.map(withoutOrigin) };
    }),
  );
}

/** The file that an object comes from, as the annotation says; else that of the kustomization. */
function originOf(document: string, directory: string): string {
  const block = /^ +config\.kubernetes\.io\/origin: \|\n((?: {6}.*\n)*)/m.exec(document)?.[1] ?? '';
  const named = /^ +path: (.+)$/m.exec(block)?.[1] ?? /^ +configuredIn: (.+)$/m.exec(block)?.[1];
  const path = named === undefined ? undefined : resolvePath('', named);
  const inSource = path?.startsWith('source/') === true ? path.slice('source/'.length) : undefined;
  return inSource ?? [directory, 'kustomization.yaml'].filter((part) => part !== '').join('/');
}

function withoutOrigin(document: YamlNode): YamlNode {
  const metadata = child(document, 'metadata');
  const annotations = child(metadata, 'annotations');
  if (document.kind !== 'map' || metadata?.kind !== 'map' || annotations?.kind !== 'map')
    return document;
  const rest = new Map(annotations.entries);
  rest.delete(annotation);
  const inner = new Map(metadata.entries);
  const entry = inner.get('annotations');
  if (rest.size === 0 || entry === undefined) inner.delete('annotations');
  else inner.set('annotations', { ...entry, value: { ...annotations, entries: rest } });
  return replace(document, 'metadata', { ...metadata, entries: inner });
}

function replace(map: YamlMap, key: string, value: YamlNode): YamlMap {
  const entries = new Map(map.entries);
  const entry = entries.get(key);
  if (entry !== undefined) entries.set(key, { ...entry, value });
  return { ...map, entries };
}
