import type { RenderedFile } from '../rendered-stack.ts';
import { isRecord } from '../objects/index.ts';
import { parseYaml, sourceText, toValue, type Value } from '../yaml/index.ts';
import { UnreadableStateError, type StackContent } from './stack-content.ts';

/** Objects by the path of their file. */
export type ParsedFiles = ReadonlyMap<string, { [key: string]: Value }>;

const decoder = new TextDecoder();

/**
 * Reads those manifests of two sides that differ. Most do not, and two equal files need no reading.
 */
export async function parseDifferent(
  base: StackContent | undefined,
  head: StackContent | undefined,
): Promise<{ base: ParsedFiles; head: ParsedFiles }> {
  const digests = (content: StackContent | undefined) =>
    new Map(content?.files.map(({ path, digest }) => [path, digest]));
  const [inBase, inHead] = [digests(base), digests(head)];
  const isDifferent = ({ path }: RenderedFile) =>
    path !== 'plan.json' && inBase.get(path) !== inHead.get(path);
  return {
    base: await parseFiles(base?.files.filter(isDifferent) ?? []),
    head: await parseFiles(head?.files.filter(isDifferent) ?? []),
  };
}

async function parseFiles(files: readonly RenderedFile[]): Promise<ParsedFiles> {
  const parsed = new Map<string, { [key: string]: Value }>();
  for (const { path, bytes } of files) {
    const { documents, problems } = await parseYaml(sourceText(path, decoder.decode(bytes)));
    const value = documents[0] && toValue(documents[0]);
    if (problems.length > 0 || !isRecord(value))
      throw new UnreadableStateError(
        `${path} holds no Kubernetes object${problems[0] === undefined ? '' : `: ${problems[0].message}`}`,
      );
    parsed.set(path, value);
  }
  return parsed;
}
