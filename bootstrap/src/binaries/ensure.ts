import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { BootstrapError } from '../errors/index.ts';
import { acquireLock } from '../processes/index.ts';
import type { OnProgress, Progress } from '../progress.ts';
import { createDownloader, type Downloader } from './download.ts';
import { createGoBuilder, type GoBuilder } from './go-build.ts';
import {
  currentTarget,
  essentialBinaries,
  otherBinaries,
  versionKey,
  versions,
  type BinaryName,
  type BinarySource,
  type EssentialBinary,
  type OtherBinary,
} from './versions.ts';

export interface EnsureBinariesOptions {
  /** The tool's cache; binaries lie in `control-plane/<version key>/bin` below it. */
  cacheDirectory: string;
  /** A folder that already has etcd and kube-apiserver (envtest's KUBEBUILDER_ASSETS). */
  assetsDirectory?: string;
  /** A mirror in place of every publisher's origin; `off` never downloads. */
  downloadBaseUrl?: string;
  /** Environment of Go; PATH and HOME are needed. */
  toolEnvironment: Record<string, string>;
  /** How long one origin may take to connect; default 1000. */
  connectTimeoutMs?: number;
  onProgress?: OnProgress;
  signal?: AbortSignal;
}

/** Programs to run. The essential pair is there; the others may still be on their way. */
export interface Binaries {
  /** Kubernetes version of this set; assets of one's own may have another. */
  version: string;
  essential: Record<EssentialBinary, string>;
  /** Fulfilled when the controllers, the scheduler and the simulated node are there. */
  others: Promise<Record<OtherBinary, string>>;
  /** Where each binary that is there came from. */
  sources: ReadonlyMap<BinaryName, BinarySource>;
}

/**
 * Finds, fetches or builds the control plane's programs: assets named by the user, the cache, the
 * publishers' releases checked by checksum, a build with Go. Resolves when etcd and kube-apiserver
 * are there and goes on with the rest. Several processes at once share one effort.
 * @throws BootstrapError `CK-LOCAL-001` no source, `-002` wrong checksum, `-003` build failed
 */
export async function ensureBinaries(options: EnsureBinariesOptions): Promise<Binaries> {
  const sources = new Map<BinaryName, BinarySource>();
  const root = join(options.cacheDirectory, 'control-plane', versionKey());
  const scratch = join(root, 'partial', randomBytes(6).toString('hex'));
  const makers = createMakers(options, scratch);
  const effort: Effort = { options, root, scratch, makers, sources };
  const close = async (): Promise<void> => {
    await makers.downloader?.close();
  };

  let essential: Binaries['essential'];
  try {
    const paths = await obtainAll(essentialBinaries, effort);
    essential = { etcd: pathOf(paths, 'etcd'), 'kube-apiserver': pathOf(paths, 'kube-apiserver') };
  } catch (error) {
    await close();
    throw error;
  }
  const others = obtainAll(otherBinaries, effort)
    .then((paths) => ({
      'kube-controller-manager': pathOf(paths, 'kube-controller-manager'),
      'kube-scheduler': pathOf(paths, 'kube-scheduler'),
      kwok: pathOf(paths, 'kwok'),
    }))
    .finally(() => void close());
  // Whoever needs the others awaits them; without anybody the essential pair still works.
  others.catch(() => undefined);
  return { version: versions.kubernetes, essential, others, sources };
}

interface Makers {
  downloader?: Downloader;
  builder: GoBuilder;
}

interface Effort {
  options: EnsureBinariesOptions;
  root: string;
  scratch: string;
  makers: Makers;
  sources: Map<BinaryName, BinarySource>;
}

function createMakers(options: EnsureBinariesOptions, scratch: string): Makers {
  const { signal, downloadBaseUrl: mirror } = options;
  const shared = { scratch, ...(signal ? { signal } : {}) };
  const builder = createGoBuilder({
    ...shared,
    modules: fileURLToPath(new URL('../../golang', import.meta.url)),
    environment: options.toolEnvironment,
  });
  if (mirror === 'off') return { builder };
  const downloader = createDownloader({
    ...shared,
    target: currentTarget(),
    connectTimeoutMs: options.connectTimeoutMs ?? 1_000,
    ...(mirror === undefined ? {} : { mirror }),
  });
  return { builder, downloader };
}

async function obtainAll(
  names: readonly BinaryName[],
  effort: Effort,
): Promise<ReadonlyMap<BinaryName, string>> {
  const began = performance.now();
  const paths = new Map<BinaryName, string>();
  const tell = (phase: Progress['phase'], subject: string, message: string): void =>
    effort.options.onProgress?.({
      phase,
      subject,
      message,
      elapsedMs: Math.round(performance.now() - began),
    });
  let toldAt = -Infinity;

  for (;;) {
    for (const name of names) if (!paths.has(name)) locate(name, effort, paths);
    const missing = names.filter((name) => !paths.has(name));
    if (missing.length === 0) return paths;
    const lock = acquireLock(join(effort.root, 'lock'));
    if (lock) {
      try {
        await makeAll(missing, effort, tell);
      } finally {
        await rm(join(effort.root, 'partial'), { recursive: true, force: true });
        lock.release();
      }
    } else {
      if (performance.now() - toldAt > 5_000) {
        toldAt = performance.now();
        tell('wait', missing[0] ?? '', `another process is preparing ${missing.join(', ')}`);
      }
      await sleep(250, undefined, effort.options.signal ? { signal: effort.options.signal } : {});
    }
  }
}

function locate(name: BinaryName, effort: Effort, paths: Map<BinaryName, string>): void {
  const { assetsDirectory } = effort.options;
  const places: [BinarySource, string][] = [['cache', join(effort.root, 'bin', name)]];
  if (assetsDirectory !== undefined) places.unshift(['assets', join(assetsDirectory, name)]);
  for (const [source, path] of places) {
    if (!isExecutable(path)) continue;
    paths.set(name, path);
    if (!effort.sources.has(name)) effort.sources.set(name, source);
    return;
  }
}

async function makeAll(
  names: readonly BinaryName[],
  effort: Effort,
  tell: (phase: Progress['phase'], subject: string, message: string) => void,
): Promise<void> {
  const bin = join(effort.root, 'bin');
  await mkdir(bin, { recursive: true, mode: 0o755 });
  await mkdir(effort.scratch, { recursive: true, mode: 0o700 });
  for (const name of names) {
    const destination = join(bin, name);
    // Made by another process between our look and our lock.
    if (existsSync(destination)) continue;
    const source = await make(name, destination, effort.makers, tell);
    effort.sources.set(name, source);
    tell(
      'ready',
      name,
      `${name} is ready (${source === 'build' ? 'built with Go' : 'downloaded'})`,
    );
  }
}

async function make(
  name: BinaryName,
  destination: string,
  { downloader, builder }: Makers,
  tell: (phase: Progress['phase'], subject: string, message: string) => void,
): Promise<'download' | 'build'> {
  const reasons: string[] = [];
  const often = atMostEvery(1_000);
  if (downloader) {
    tell('download', name, `looking for the release of ${name}`);
    const outcome = await downloader.fetch(name, destination, (received, total) =>
      often(() =>
        tell(
          'download',
          name,
          `downloading ${name}: ${megabytes(received)}${total === undefined ? '' : ` of ${megabytes(total)}`}`,
        ),
      ),
    );
    if (outcome.kind === 'fetched') return 'download';
    reasons.push(outcome.reason);
  }
  tell(
    'build',
    name,
    `building ${name} with Go${reasons.length > 0 ? ` (${reasons.join('; ')})` : ''}`,
  );
  const outcome = await builder.build(name, destination, ({ fetched, compiled }) =>
    often(() => {
      const done = compiled > 0 ? `${compiled} packages compiled` : `${fetched} modules fetched`;
      tell('build', name, `building ${name} with Go: ${done}`);
    }),
  );
  if (outcome.kind === 'fetched') return 'build';
  throw new BootstrapError({
    code: 'CK-LOCAL-001',
    message: `no source offers ${name}: ${[...reasons, outcome.reason].join('; ')}`,
    where: { binary: name },
    hint: 'install Go 1.26 or newer, or set KUBEBUILDER_ASSETS to a folder with etcd and kube-apiserver, or name a cluster with --kubeconfig and --context',
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function atMostEvery(intervalMs: number): (act: () => void) => void {
  let last = -Infinity;
  return (act) => {
    if (performance.now() - last < intervalMs) return;
    last = performance.now();
    act();
  };
}

function pathOf(paths: ReadonlyMap<BinaryName, string>, name: BinaryName): string {
  const path = paths.get(name);
  if (path === undefined) throw new Error(`${name} was not obtained`);
  return path;
}

const megabytes = (bytes: number): string => `${(bytes / (1 << 20)).toFixed(1)} MB`;
