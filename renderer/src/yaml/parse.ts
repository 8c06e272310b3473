import { readDocuments, type YamlText } from './library.ts';
import { rememberDocuments } from './path.ts';
import { scanDocuments } from './scan.ts';
import type { SourceText } from './source-text.ts';

/** Reads a YAML text with the place of every value. Empty documents are left out. */
export async function parseYaml(source: SourceText): Promise<YamlText> {
  const broken = source.text.indexOf('\ufffd');
  if (broken >= 0) {
    const message = 'the text is not valid UTF-8 here';
    return { documents: [], problems: [{ kind: 'syntax', offset: broken, message }] };
  }
  const scanned = scanDocuments(source);
  const text =
    scanned === undefined ? await readDocuments(source) : { documents: scanned, problems: [] };
  rememberDocuments(source, text.documents);
  return text;
}
