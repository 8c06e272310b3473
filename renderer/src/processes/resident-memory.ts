import { readFile } from 'node:fs/promises';

/** Linux counts memory in pages; 4 KiB on every machine that Node runs on but a few arm64 ones. */
const pageBytes = 4096;

/** Memory that a process holds, in bytes; undefined where the system does not tell (not Linux). */
export async function residentMemory(pid: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => undefined);
  const pages = Number(text?.split(' ')[1] ?? Number.NaN);
  return Number.isFinite(pages) ? pages * pageBytes : undefined;
}
