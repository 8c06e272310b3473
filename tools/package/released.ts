import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PackedPackage } from './pack.ts';
import { root } from './root.ts';

const run = promisify(execFile);

/** Where released renderers are kept, `<version>.tgz` each. */
export const releasedDirectory = join(root, 'renderer/released');

/** Keeps a packed renderer as a release. What is released never changes: a version is cut once. */
export async function keepRelease(packed: PackedPackage): Promise<string> {
  const file = join(releasedDirectory, `${packed.version}.tgz`);
  if (existsSync(file))
    throw new Error(`${packed.version} is released: raise the version in renderer/package.json`);
  await mkdir(releasedDirectory, { recursive: true });
  await copyFile(packed.tarball, file);
  return file;
}

/** The tarball of the last release; undefined before the first one. */
export async function lastRelease(directory = releasedDirectory): Promise<string | undefined> {
  const names = await readdir(directory).catch(() => []);
  const last = names
    .filter((name) => /^\d+\.\d+\.\d+\.tgz$/.test(name))
    .toSorted(byVersion)
    .at(-1);
  return last === undefined ? undefined : join(directory, last);
}

/** Unpacks a tarball and gives the path of its command. */
export async function unpackCommand(tarball: string, directory: string): Promise<string> {
  await run('tar', ['-xzf', tarball, '-C', directory]);
  return join(directory, 'package/dist/cli.js');
}

function byVersion(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  const index = [0, 1, 2].find((part) => left[part] !== right[part]) ?? 0;
  return (left[index] ?? 0) - (right[index] ?? 0);
}
