import type { Diagnostic } from '@codex-k8s/schema';
import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BoundedMap } from '../cache/index.ts';
import { Findings } from '../diagnostics/index.ts';
import { readLock, type LockedDigests } from '../images/index.ts';
import type { SourceReader } from '../source-reader.ts';
import { SourceSet } from '../sources/index.ts';

/** What a lock holds – nothing when there is none – or what is wrong with it. */
export async function readLockFile(
  reader: SourceReader,
  path: string,
): Promise<{ ok: true; digests: LockedDigests } | { ok: false; diagnostics: Diagnostic[] }> {
  const findings = new Findings();
  const sources = new SourceSet(reader, new BoundedMap(1_000_000), () => undefined);
  const digests = await readLock({ findings, sources }, path);
  return findings.hasErrors
    ? { ok: false, diagnostics: findings.toDiagnostics() }
    : { ok: true, digests: digests ?? new Map() };
}

/** Writes the lock beside a services.yaml: all of it or nothing, and only when it changes. */
export function writeLockFile(servicesFile: string, text: string): void {
  const path = join(dirname(servicesFile), 'images.lock');
  if (currentText(path) === text) return;
  const draft = `${path}.${randomUUID()}`;
  try {
    writeFileSync(draft, text, { flag: 'wx' });
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

function currentText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
