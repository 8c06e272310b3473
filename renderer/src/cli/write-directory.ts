import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RenderedFile } from '../rendered-stack.ts';
import { CliError } from './exit-code.ts';

/**
 * Writes a stack directory from scratch: what an earlier render left there goes. A directory with
 * other content is refused, so that a slip of the hand deletes nothing.
 */
export async function writeDirectory(
  directory: string,
  files: readonly RenderedFile[],
): Promise<void> {
  const hasManifests =
    (await stat(join(directory, 'manifests')).catch(() => undefined)) !== undefined;
  if (hasManifests && !(await holdsPlan(directory)))
    throw new CliError(
      `${directory}/manifests exists and is not from a render: choose another --out`,
    );
  await rm(join(directory, 'manifests'), { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  for (const { path, bytes } of files) {
    const target = join(directory, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, bytes);
  }
}

async function holdsPlan(directory: string): Promise<boolean> {
  const text = await readFile(join(directory, 'plan.json'), 'utf8').catch(() => '');
  return text.includes('"kind": "ExecutionPlan"');
}
