import { readDocuments, type YamlText } from './library.ts';
import { scanDocuments } from './scan.ts';
import type { SourceText } from './source-text.ts';

/** Reads a YAML text with the place of every value. Empty documents are left out. */
export async function parseYaml(source: SourceText): Promise<YamlText> {
  const documents = scanDocuments(source);
  return documents === undefined ? readDocuments(source) : { documents, problems: [] };
}
