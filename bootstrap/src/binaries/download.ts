import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EnvHttpProxyAgent, fetch, type Dispatcher } from 'undici';
import { BootstrapError } from '../errors/index.ts';
import { releaseOf, type Release } from './releases.ts';
import type { BinaryName, Target } from './versions.ts';

/** Fetched, or why this source has nothing. */
export type FetchOutcome = { kind: 'fetched' } | { kind: 'unavailable'; reason: string };

export interface Downloader {
  /** Puts the checked program at `destination`. Throws `CK-LOCAL-002` on a wrong checksum. */
  fetch(
    name: BinaryName,
    destination: string,
    onBytes: (received: number, total?: number) => void,
  ): Promise<FetchOutcome>;
  close(): Promise<void>;
}

export interface DownloaderOptions {
  target: Target;
  mirror?: string;
  /** How long connecting to an origin may take. */
  connectTimeoutMs: number;
  /** Scratch folder on the same file system as the destinations. */
  scratch: string;
  signal?: AbortSignal;
}

/** Downloads releases; an origin that could not be reached once is not asked again. */
export function createDownloader(options: DownloaderOptions): Downloader {
  const dispatcher = createDispatcher(options.connectTimeoutMs);
  const unreachable = new Map<string, string>();

  const get = async (
    url: string,
  ): Promise<{ response: Awaited<ReturnType<typeof fetch>> } | { reason: string }> => {
    const { origin } = new URL(url);
    const known = unreachable.get(origin);
    if (known !== undefined) return { reason: known };
    try {
      const response = await fetch(url, {
        dispatcher,
        ...(options.signal ? { signal: options.signal } : {}),
      });
      if (response.ok) return { response };
      await response.body?.cancel();
      return { reason: `${url} answered ${response.status}` };
    } catch (error) {
      options.signal?.throwIfAborted();
      const reason = `${origin} cannot be reached (${explain(error)})`;
      unreachable.set(origin, reason);
      return { reason };
    }
  };

  return {
    fetch: async (name, destination, onBytes) => {
      const release = releaseOf(name, options.target, options.mirror);
      if (!release)
        return { kind: 'unavailable', reason: `no release of ${name} for ${options.target.os}` };
      const checksum = await get(release.checksumUrl);
      if ('reason' in checksum) return { kind: 'unavailable', reason: checksum.reason };
      const expected = findDigest(await checksum.response.text(), basename(release.url));
      if (expected === undefined)
        return {
          kind: 'unavailable',
          reason: `${release.checksumUrl} has no checksum of ${basename(release.url)}`,
        };
      const answer = await get(release.url);
      if ('reason' in answer) return { kind: 'unavailable', reason: answer.reason };
      const file = join(options.scratch, basename(release.url));
      try {
        const actual = await save(answer.response, file, onBytes, options.signal);
        if (actual !== expected) throw mismatch(name, release, expected, actual);
        await place(release, file, destination, options.scratch);
        return { kind: 'fetched' };
      } finally {
        await rm(file, { force: true });
      }
    },
    close: () => dispatcher.close(),
  };
}

/** Honours HTTP(S)_PROXY, and gives up on an origin whose connection is not there in time, name lookup included. */
function createDispatcher(connectTimeoutMs: number): Dispatcher {
  return new EnvHttpProxyAgent({
    connect: { timeout: connectTimeoutMs },
    headersTimeout: 15_000,
    bodyTimeout: 30_000,
  });
}

async function save(
  response: Awaited<ReturnType<typeof fetch>>,
  file: string,
  onBytes: (received: number, total?: number) => void,
  signal: AbortSignal | undefined,
): Promise<string> {
  if (!response.body) throw new Error(`${response.url} has no body`);
  const length = Number(response.headers.get('content-length') ?? Number.NaN);
  const hash = createHash('sha256');
  let received = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      received += chunk.length;
      onBytes(received, Number.isFinite(length) ? length : undefined);
      done(null, chunk);
    },
  });
  await pipeline(
    Readable.fromWeb(response.body),
    meter,
    createWriteStream(file, { mode: 0o600 }),
    signal ? { signal } : {},
  );
  return hash.digest('hex');
}

async function place(
  release: Release,
  file: string,
  destination: string,
  scratch: string,
): Promise<void> {
  let program = file;
  if (release.member !== undefined) {
    await extract(file, release.member, scratch);
    program = join(scratch, basename(release.member));
  }
  await chmod(program, 0o755);
  await rename(program, destination);
}

function extract(archive: string, member: string, into: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('tar', ['-xzf', archive, '-C', into, '--strip-components=1', member], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0
        ? resolve()
        : reject(
            new Error(`tar could not read ${member} from ${basename(archive)}: ${errors.trim()}`),
          ),
    );
  });
}

/** Reads a checksum file in either of the two shapes publishers use. */
export function findDigest(text: string, fileName: string): string | undefined {
  for (const line of text.split('\n')) {
    const match = /^([0-9a-f]{64})(?:\s+\*?(.+?))?\s*$/i.exec(line);
    if (match && (match[2] === undefined || basename(match[2]) === fileName))
      return match[1]?.toLowerCase();
  }
  return undefined;
}

function mismatch(
  name: BinaryName,
  release: Release,
  expected: string,
  actual: string,
): BootstrapError {
  return new BootstrapError({
    code: 'CK-LOCAL-002',
    message: `${name} from ${release.url} does not match its published checksum: expected sha256 ${expected}, got ${actual}`,
    where: { url: release.url, checksum: release.checksumUrl },
    hint: 'nothing was kept. Try again; if it stays so, the mirror or a proxy changes the file: set KUBEBUILDER_ASSETS, or build with Go by CODEXK8S_DOWNLOAD_BASE_URL=off',
  });
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
