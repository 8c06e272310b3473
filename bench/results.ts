import { mkdir, writeFile } from 'node:fs/promises';

/** Keeps a result as a file: one per benchmark, so that a change shows in its diff. */
export async function writeResult(name: string, result: Record<string, unknown>): Promise<void> {
  const directory = new URL('results/', import.meta.url);
  await mkdir(directory, { recursive: true });
  const file = new URL(`${name}.json`, directory);
  await writeFile(
    file,
    `${JSON.stringify({ benchmark: name, measuredAt: new Date().toISOString().slice(0, 10), ...result }, undefined, 2)}\n`,
  );
  process.stderr.write(`result: bench/results/${name}.json\n`);
}
