import { spawn } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fingerprintSources, portalFolder } from './fingerprint.ts';

export interface BuildPortalOptions {
  /** Where builds are kept (default `dist` of the package), each in a directory named by its sources. */
  outDir?: string;
}

/** A portal that can be served. */
export interface BuiltPortal {
  directory: string;
  /** False: the build was there, nothing was done. */
  built: boolean;
  durationMs: number;
}

const defaultOutDir = join(portalFolder, 'dist');
const keptMs = 24 * 60 * 60_000;

/**
 * Builds the portal into a directory of static files, once for the same sources. The build runs in a process
 * of its own, so neither its memory nor its work stays with the caller. Rejects with what it said.
 */
export async function buildPortal({
  outDir = defaultOutDir,
}: BuildPortalOptions = {}): Promise<BuiltPortal> {
  const began = performance.now();
  const directory = await directoryOf(outDir);
  if (await exists(directory))
    return { directory, built: false, durationMs: performance.now() - began };
  await mkdir(outDir, { recursive: true });
  const staging = await mkdtemp(join(outDir, '.staging-'));
  try {
    await runBuild(staging);
    await rename(staging, directory);
  } catch (error) {
    // Another start may have built the same meanwhile: its files are as good as ours.
    if (!(await exists(directory))) throw error;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  await removeOldBuilds(outDir);
  return { directory, built: true, durationMs: performance.now() - began };
}

/** Whether the portal of the present sources is built. */
export async function portalIsCurrent({
  outDir = defaultOutDir,
}: BuildPortalOptions = {}): Promise<boolean> {
  return exists(await directoryOf(outDir));
}

async function directoryOf(outDir: string): Promise<string> {
  return join(outDir, (await fingerprintSources()).slice(0, 16));
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

// Another process may still serve a build of a little while ago.
async function removeOldBuilds(outDir: string): Promise<void> {
  for (const name of await readdir(outDir)) {
    const path = join(outDir, name);
    const made = await stat(path).catch(() => undefined);
    if (made && made.mtimeMs + keptMs < Date.now())
      await rm(path, { recursive: true, force: true });
  }
}

function runBuild(outDir: string): Promise<void> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), outDir], {
    cwd: portalFolder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const hear = (chunk: Buffer): void => {
    said = (said + chunk.toString()).slice(-8_000);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(new Error('the portal build did not start', { cause })));
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`the portal build ended with ${signal ?? code}:\n${said.trim()}`));
    });
  });
}
