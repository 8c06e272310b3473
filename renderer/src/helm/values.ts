import { reportYaml, type ManifestScope } from '../manifests/index.ts';
import { child, itemsOf, stringOf, toValue, type YamlNode } from '../yaml/index.ts';

/** A path of a block relative to the root of the source; undefined after reporting. */
export type ResolvePath = (path: string, node: YamlNode) => string | undefined;

/** Values that a unit gives to its chart. */
export interface ChartValues {
  /** As helm gets them: later ones win. */
  files: readonly ValuesFile[];
  /** Where the first of them are written; undefined when there are none. */
  node: YamlNode | undefined;
}

export interface ValuesFile {
  text: string;
  /** The same with places; undefined for an empty file. */
  root: YamlNode | undefined;
}

/** Where a unit names a values file. */
export interface ValuesFilePath {
  path: string;
  node: YamlNode;
}

/** The values files that a `helm` block names. */
export function findValuesFiles(node: YamlNode, resolve: ResolvePath): ValuesFilePath[] {
  return itemsOf(child(node, 'valuesFiles')).flatMap((item) => {
    const path = resolve(stringOf(item) ?? '', item);
    return path === undefined ? [] : [{ path, node: item }];
  });
}

/** The values files of a `helm` block, then its own values; what cannot be read is reported. */
export async function readValues(
  scope: ManifestScope,
  node: YamlNode,
  valuesFiles: readonly ValuesFilePath[],
): Promise<ChartValues> {
  const files: ValuesFile[] = [];
  for (const valuesFile of valuesFiles) {
    const file = await readValuesFile(scope, valuesFile);
    if (file !== undefined) files.push(file);
  }
  const own = child(node, 'values');
  const isGiven = own?.kind === 'map' && own.entries.size > 0;
  // JSON is YAML; numbers and texts stay what they are.
  if (isGiven) files.push({ text: JSON.stringify(toValue(own)), root: own });
  return { files, node: isGiven ? own : valuesFiles[0]?.node };
}

async function readValuesFile(
  { findings, sources }: ManifestScope,
  { path, node }: ValuesFilePath,
): Promise<ValuesFile | undefined> {
  const parsed = await sources.parse(path);
  const text = await sources.text(path);
  if (parsed === undefined || text === undefined) {
    findings.report('file-missing', node, `there is no file ${path}`);
    return undefined;
  }
  reportYaml(parsed, findings);
  const [root] = parsed.documents;
  if (parsed.documents.length <= 1 && (root === undefined || root.kind === 'map'))
    return { text, root };
  findings.report('wrong-type', root ?? node, `${path} must be one map of values`);
  return undefined;
}
