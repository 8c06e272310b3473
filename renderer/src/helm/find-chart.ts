import { isRemote, type ManifestScope } from '../manifests/index.ts';
import { at, parseYaml, sourceText, stringOf, type YamlNode } from '../yaml/index.ts';
import type { ResolvePath } from './values.ts';

/** Where a unit says its chart is. */
export interface ChartPlace {
  /** As the unit writes it. */
  written: string;
  /** Relative to the root of the source. */
  directory: string;
  /** Git tree id: everything in it; undefined when there is no such directory. */
  tree: string | undefined;
  /** Where the unit names it. */
  node: YamlNode;
}

/** A chart as it lies in the repository. */
export interface Chart extends ChartPlace {
  /** Name as its Chart.yaml says. */
  name: string;
  /** The Chart.yaml; undefined when it cannot be read. */
  description: YamlNode | undefined;
  /** By path relative to the chart. */
  files: ReadonlyMap<string, Uint8Array>;
}

/** A chart is text of people; more than this is something else. */
const maxBytes = 16 * 1024 * 1024;
const decoder = new TextDecoder();

/** Finds the directory that a unit names; undefined after reporting that it cannot be one. */
export async function findChart(
  { findings, sources }: ManifestScope,
  node: YamlNode,
  resolve: ResolvePath,
): Promise<ChartPlace | undefined> {
  const written = stringOf(node) ?? '';
  if (isRemote(written)) {
    const message = `${written} would be fetched: a chart lies in the repository`;
    const hint = 'Unpack it there with helm pull --untar, and name the directory.';
    findings.report('remote-source', node, message, { hint });
    return undefined;
  }
  const directory = resolve(written, node);
  if (directory === undefined) return undefined;
  return { written, directory, tree: await sources.treeHash(directory), node };
}

/** Reads a chart; undefined after reporting that there is none. */
export async function loadChart(
  { findings, sources }: ManifestScope,
  place: ChartPlace,
): Promise<Chart | undefined> {
  const { directory, tree, node } = place;
  const all =
    tree === undefined ? new Map<string, never>() : await sources.files(directory, maxBytes);
  if (all === undefined) {
    const message = `the chart ${directory} holds more than ${maxBytes / 1024 / 1024} MiB`;
    findings.report('source-limit', node, message);
    return undefined;
  }
  const prefix = directory === '' ? 0 : directory.length + 1;
  const files = new Map([...all].map(([path, bytes]) => [path.slice(prefix), bytes]));
  const text = files.get('Chart.yaml');
  if (text === undefined) {
    const message = `${place.written} is no chart: there is no ${pathIn(place, 'Chart.yaml')}`;
    findings.report('unusable-source', node, message);
    return undefined;
  }
  const { documents } = await parseYaml(sourceText('Chart.yaml', decoder.decode(text)));
  const [description] = documents;
  return { ...place, name: stringOf(at(description, ['name'])) ?? '', description, files };
}

/** A file of a chart, relative to the root of the source. */
export function pathIn({ directory }: Pick<ChartPlace, 'directory'>, path: string): string {
  return directory === '' ? path : `${directory}/${path}`;
}
