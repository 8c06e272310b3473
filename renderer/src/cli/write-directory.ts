import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { RenderedFile } from '../rendered-stack.ts';
import { CliError } from './exit-code.ts';

/**
 * Writes a stack directory. What the plan of an earlier render lists there goes; a file that no
 * render wrote is never deleted: the directory is refused before anything is touched.
 */
export function writeDirectory(directory: string, files: readonly RenderedFile[]): void {
  const earlier = filesOfPlan(directory);
  const foreign = listFiles(directory, 'manifests').filter((path) => !earlier.has(path));
  if (foreign.length > 0) throw refusal(directory, foreign);
  const stale = new Set(earlier);
  for (const { path } of files) stale.delete(path);
  // Stale files go while the old plan still lists them, and the new plan stands before what it
  // lists: a render that is interrupted leaves nothing that the next one would not know.
  for (const path of stale) remove(directory, path);
  const made = new Set<string>();
  for (const { path, bytes } of planFirst(files)) {
    const target = join(directory, path);
    const parent = dirname(target);
    if (!made.has(parent)) mkdirSync(parent, { recursive: true });
    made.add(parent);
    // Synchronous on purpose: thousands of small files take a third of the time.
    writeFileSync(target, bytes);
  }
}

/** A file that is not as a render would write it. */
export interface FileDifference {
  path: string;
  change: 'added' | 'modified' | 'removed';
}

/** Which files of a stack directory differ from those of a render, sorted; nothing is changed. */
export function compareDirectory(
  directory: string,
  files: readonly RenderedFile[],
): FileDifference[] {
  const foreign = new Set(listFiles(directory, 'manifests'));
  const differences: FileDifference[] = [];
  for (const { path, bytes } of files) {
    const present = ignoreAbsence(() => readFileSync(join(directory, path)));
    foreign.delete(path);
    if (present?.equals(bytes) !== true)
      differences.push({ path, change: present === undefined ? 'added' : 'modified' });
  }
  for (const path of foreign) differences.push({ path, change: 'removed' });
  return differences.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function planFirst(files: readonly RenderedFile[]): readonly RenderedFile[] {
  const plan = files.filter(({ path }) => path === 'plan.json');
  return [...plan, ...files.filter(({ path }) => path !== 'plan.json')];
}

/** What the plan in a directory lists; nothing when there is none. */
function filesOfPlan(directory: string): Set<string> {
  const text = ignoreAbsence(() => readFileSync(join(directory, 'plan.json'), 'utf8'));
  if (text === undefined) return new Set();
  const plan = parseJson(text);
  if (fieldOf(plan, 'kind') !== 'ExecutionPlan') return new Set();
  return new Set(filesIn(fieldOf(plan, 'units')).filter(isManifest));
}

/** Every `file` in a part of a plan: objects have one, and so do the jobs of hooks. */
function filesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = fieldOf(value, 'file');
  return [...(typeof own === 'string' ? [own] : []), ...Object.values(value).flatMap(filesIn)];
}

/** Plans are read from a directory that anybody may have written to: no path leads outside. */
function isManifest(path: string): boolean {
  return /^manifests\/[^/]+\/[^/]+\.yaml$/.test(path) && !path.split('/').includes('..');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function listFiles(directory: string, below: string): string[] {
  const start = join(directory, below);
  const entries =
    ignoreAbsence(() => readdirSync(start, { withFileTypes: true, recursive: true })) ?? [];
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(directory, '/').length))
    .map((path) => path.replaceAll('\\', '/'))
    .toSorted();
}

function remove(directory: string, path: string): void {
  ignoreAbsence(() => unlinkSync(join(directory, path)));
  const parent = join(directory, dirname(path));
  if ((ignoreAbsence(() => readdirSync(parent)) ?? ['?']).length === 0) rmdirSync(parent);
}

function refusal(directory: string, foreign: readonly string[]): CliError {
  const [first = ''] = foreign;
  const more = foreign.length > 1 ? ` and ${foreign.length - 1} more` : '';
  return new CliError(
    `${join(directory, first)}${more} is not from a render: move it away, or choose another --out`,
  );
}

function ignoreAbsence<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return undefined;
    throw error;
  }
}
