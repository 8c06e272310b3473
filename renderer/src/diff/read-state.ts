import { validateExecutionPlan, type ExecutionPlan } from '@codex-k8s/schema';
import { directoryId } from '../hash/index.ts';
import type { RenderedFile } from '../rendered-stack.ts';
import type { SourceReader } from '../source-reader.ts';
import { plannedObjects, UnreadableStateError, type StackContent } from './stack-content.ts';

const decoder = new TextDecoder();

/**
 * Reads a stack directory of a state repository: plan.json and the files it names. Throws an
 * UnreadableStateError when the directory does not hold what its plan says.
 *
 * @param directory of the stack, relative to the reader's root; `''` is the root itself
 * @returns undefined when there is no plan.json
 */
export async function readStackDirectory(
  reader: SourceReader,
  directory: string,
): Promise<StackContent | undefined> {
  const prefix = directory === '' ? '' : `${directory}/`;
  const planFile = await reader.read(`${prefix}plan.json`);
  if (planFile === undefined) return undefined;
  const plan = parsePlan(`${prefix}plan.json`, decoder.decode(planFile.bytes));
  const files: RenderedFile[] = [{ path: 'plan.json', ...planFile }];
  for (const { file } of plannedObjects(plan).map(({ object }) => object)) {
    const found = await reader.read(prefix + file);
    if (found === undefined)
      throw new UnreadableStateError(`${prefix}plan.json names ${file}, which is not there`);
    files.push({ path: file, ...found });
  }
  const named = new Set(files.map(({ path }) => path));
  for (const path of await reader.list(`${prefix}manifests`))
    if (!named.has(path.slice(prefix.length)))
      throw new UnreadableStateError(`${path} stands in no plan: ${prefix}plan.json names it not`);
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  const digests = files.map(({ path, digest }): [string, string] => [path, digest]);
  return { plan, files, contentHash: directoryId(digests) };
}

/** Directories of a state branch that hold a stack, sorted. */
export async function listStacks(reader: SourceReader): Promise<string[]> {
  const paths = await reader.list('');
  return paths
    .filter((path) => /^[^/]+\/plan\.json$/.test(path))
    .map((path) => path.slice(0, path.indexOf('/')));
}

function parsePlan(file: string, text: string): ExecutionPlan {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UnreadableStateError(`${file} is not JSON`);
  }
  const checked = validateExecutionPlan(value);
  if (checked.ok) return checked.value;
  const [first] = checked.errors;
  throw new UnreadableStateError(
    `${file} is no execution plan: ${first?.path.join('.') ?? ''} ${first?.message ?? ''}`,
  );
}
