import type { Diagnostic, DiffSide } from '@codex-k8s/schema';
import { codes, type ProblemName } from '../diagnostics/index.ts';
import {
  listStacks,
  readStackDirectory,
  UnreadableStateError,
  type EnvironmentPair,
  type SideOutcome,
} from '../diff/index.ts';
import type { GitRepository } from '../git/index.ts';
import { createFilesystemReader } from '../readers/index.ts';
import type { RenderInputs } from '../rendered-stack.ts';
import type { Renderer } from '../renderer.ts';
import type { SourceReader } from '../source-reader.ts';

/** A side that can be read, with all that is found in it. */
export interface OpenSide {
  side: DiffSide;
  reader: SourceReader;
}

export type RenderTarget = Pick<RenderInputs, 'environment' | 'slot'>;

/** A commit, to be read from the objects of its repository. */
export async function openCommit(
  repository: GitRepository,
  name: string,
  commit: { oid: string; tree: string },
  directory: string,
): Promise<OpenSide> {
  return {
    side: { kind: 'commit', name, commit: commit.oid, diagnostics: [] },
    reader: await repository.readerAt(commit, directory),
  };
}

export async function openWorktree(directory: string): Promise<OpenSide> {
  return {
    side: { kind: 'worktree', name: 'working tree', diagnostics: [] },
    reader: await createFilesystemReader(directory),
  };
}

export async function openDirectory(directory: string): Promise<OpenSide> {
  return {
    side: { kind: 'directory', name: directory, diagnostics: [] },
    reader: await createFilesystemReader(directory),
  };
}

/** What a side offers to be rendered; undefined when it has no such file or cannot say. */
export async function describeSide(
  { side, reader }: OpenSide,
  renderer: Renderer,
  file: string,
): Promise<{ exists: boolean; stack?: string; environments?: Map<string, { forSlots: boolean }> }> {
  if ((await reader.read(file)) === undefined) return { exists: false };
  const described = await renderer.describe({ reader, file });
  if (!described.ok) {
    addDiagnostics(side, described.diagnostics);
    return { exists: true };
  }
  const { stack, environments } = described.stack;
  const byName = environments.map(({ name, forSlots }) => [name, { forSlots }] as const);
  return { exists: true, stack, environments: new Map(byName) };
}

/** Renders one environment of a side. */
export async function renderSide(
  { side, reader }: OpenSide,
  renderer: Renderer,
  inputs: Omit<RenderInputs, 'reader'>,
): Promise<SideOutcome> {
  const result = await renderer.render({ ...inputs, reader });
  addDiagnostics(side, result.ok ? result.rendered.diagnostics : result.diagnostics);
  return result.ok ? result.rendered : 'failed';
}

/** Reads one stack directory of a side. */
export async function readSide(
  { side, reader }: OpenSide,
  directory: string,
): Promise<SideOutcome> {
  try {
    return (await readStackDirectory(reader, directory)) ?? 'absent';
  } catch (error) {
    if (!(error instanceof UnreadableStateError)) throw error;
    addDiagnostics(side, [problem('unreadable-state', error.message)]);
    return 'failed';
  }
}

/** Every stack directory of two sides of a state repository. */
export async function pairStacks(base: OpenSide, head: OpenSide): Promise<EnvironmentPair[]> {
  const names = new Set([...(await listStacks(base.reader)), ...(await listStacks(head.reader))]);
  const pairs: EnvironmentPair[] = [];
  for (const name of [...names].toSorted()) {
    const [from, to] = [await readSide(base, name), await readSide(head, name)];
    const plan =
      typeof to === 'object' ? to.plan : typeof from === 'object' ? from.plan : undefined;
    const { environment = name, slot } = plan ?? {};
    pairs.push({ environment, ...(slot === undefined ? {} : { slot }), base: from, head: to });
  }
  return pairs;
}

/** A finding of the command itself, with the code and the general hint of its problem. */
export function problem(name: ProblemName, message: string, hint?: string): Diagnostic {
  const { code, severity, hint: general } = codes[name];
  return { code, severity, message, hint: hint ?? general };
}

/** Environments share files: what is found in several of them is told once. */
function addDiagnostics(side: DiffSide, diagnostics: readonly Diagnostic[]): void {
  const known = new Set(side.diagnostics.map((diagnostic) => JSON.stringify(diagnostic)));
  for (const diagnostic of diagnostics) {
    const key = JSON.stringify(diagnostic);
    if (!known.has(key)) side.diagnostics.push(diagnostic);
    known.add(key);
  }
}
