import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { basename, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { TLSSocket } from 'node:tls';
import { runProgram } from '../processes/index.ts';
import { ToolError, tools, type Target, type ToolName } from '../tools/index.ts';

/** Got it, with what it was checked against; or why this source has nothing. */
export type FetchOutcome =
  | { kind: 'fetched'; provenance: string }
  | { kind: 'unavailable'; reason: string };

export interface DownloadOptions {
  target: Target;
  /** In place of every publisher's origin; the paths below it are the publisher's. */
  mirror: string | undefined;
  /** How long connecting to an origin may take, name lookup included. */
  connectTimeoutMs: number;
  /** Directory for the archive, on the file system of the destination. */
  scratch: string;
  /** Environment that may name a proxy, and where `tar` is. */
  environment: Readonly<Record<string, string>>;
  onBytes(received: number, total: number | undefined): void;
}

const maxRedirects = 5;
const idleMs = 30_000;

/**
 * Downloads the publisher's archive of a tool, compares it with the publisher's checksum and takes
 * the program out of it. @throws ToolError `wrong-checksum`
 */
export async function download(
  name: ToolName,
  destination: string,
  options: DownloadOptions,
): Promise<FetchOutcome> {
  const { target, mirror, scratch } = options;
  const { release } = tools[name];
  if (target.os !== 'linux' && target.os !== 'darwin')
    return { kind: 'unavailable', reason: `no archive of ${name} for ${target.os} is known here` };
  const base = (mirror ?? release.origin).replace(/\/+$/, '');
  const url = `${base}/${release.archive(target)}`;
  const checksumUrl = `${base}/${release.checksums(target)}`;
  const checksums = await get(checksumUrl, options, readText);
  if ('reason' in checksums) return { kind: 'unavailable', reason: checksums.reason };
  const expected = findDigest(checksums.value, basename(url));
  if (expected === undefined)
    return { kind: 'unavailable', reason: `${checksumUrl} has no checksum of ${basename(url)}` };
  const archive = join(scratch, `${name}.tar.gz`);
  const saved = await get(url, options, (response) => save(response, archive, options.onBytes));
  if ('reason' in saved) return { kind: 'unavailable', reason: saved.reason };
  if (saved.value !== expected)
    throw new ToolError(
      'wrong-checksum',
      `${name} from ${url} does not match its published checksum: expected sha256 ${expected}, got ${saved.value}`,
      'Nothing was kept. Try again; if it stays so, a mirror or a proxy changes the file: build with Go by CODEXK8S_DOWNLOAD_BASE_URL=off.',
    );
  await extract(archive, release.member(target), destination, options);
  return { kind: 'fetched', provenance: `${url} sha256 ${expected}` };
}

/** Reads a checksum file in either of the two shapes publishers use. */
export function findDigest(text: string, fileName: string): string | undefined {
  for (const line of text.split('\n')) {
    const match = /^([0-9a-f]{64})(?:\s+\*?(.+?))?\s*$/i.exec(line);
    if (match !== null && (match[2] === undefined || basename(match[2]) === fileName))
      return match[1]?.toLowerCase();
  }
  return undefined;
}

async function get<Result>(
  url: string,
  options: DownloadOptions,
  read: (response: IncomingMessage) => Promise<Result>,
): Promise<{ value: Result } | { reason: string }> {
  const { origin } = new URL(url);
  let current = url;
  try {
    for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
      const response = await request(current, options);
      const { statusCode = 0, headers } = response;
      if (statusCode === 200) return { value: await read(response) };
      response.resume();
      if (statusCode < 300 || statusCode >= 400 || headers.location === undefined)
        return { reason: `${url} answered ${statusCode}` };
      const next = new URL(headers.location, current);
      if (current.startsWith('https:') && next.protocol !== 'https:')
        return { reason: `${url} leads to ${next.origin}, which is not encrypted` };
      current = next.href;
    }
    return { reason: `${url} redirects too often` };
  } catch (error) {
    return { reason: `${origin} cannot be reached (${explain(error)})` };
  }
}

/** Gives up on an origin whose connection is not there in time; then waits as long as data comes. */
function request(url: string, options: DownloadOptions): Promise<IncomingMessage> {
  const library = url.startsWith('https:') ? https : http;
  const { connectTimeoutMs, environment } = options;
  return new Promise((resolve, reject) => {
    const agent = new library.Agent({ proxyEnv: { ...environment } });
    const outgoing = library.get(url, { agent, timeout: idleMs }, (response) => {
      clearTimeout(timer);
      resolve(response);
    });
    const timer = setTimeout(
      () => outgoing.destroy(new Error(`no connection within ${connectTimeoutMs} ms`)),
      connectTimeoutMs,
    );
    outgoing.on('socket', (socket) => {
      const connected = socket instanceof TLSSocket ? 'secureConnect' : 'connect';
      socket.once(connected, () => clearTimeout(timer));
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`silent for ${idleMs} ms`)));
    outgoing.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > 1 << 20) throw new Error('a checksum file of more than 1 MiB');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString();
}

/** Writes a response to a file; gives its SHA-256. */
async function save(
  response: IncomingMessage,
  file: string,
  onBytes: DownloadOptions['onBytes'],
): Promise<string> {
  const length = Number(response.headers['content-length'] ?? Number.NaN);
  const total = Number.isFinite(length) ? length : undefined;
  const hash = createHash('sha256');
  let received = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      received += chunk.length;
      onBytes(received, total);
      done(undefined, chunk);
    },
  });
  await pipeline(response, meter, createWriteStream(file, { mode: 0o600 }));
  return hash.digest('hex');
}

async function extract(
  archive: string,
  member: string,
  destination: string,
  { environment }: DownloadOptions,
): Promise<void> {
  const outcome = await runProgram('tar', ['-xzOf', archive, member], {
    cwd: join(archive, '..'),
    environment,
    output: createWriteStream(destination, { mode: 0o755 }),
  });
  if (outcome.code !== 0)
    throw new ToolError(
      'unavailable',
      `tar could not take ${member} out of ${basename(archive)}: ${outcome.errors.trim()}`,
      'Is tar installed? Without it, build with Go by CODEXK8S_DOWNLOAD_BASE_URL=off.',
    );
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.errors.length > 0) return explain(error.errors[0]);
  return error.message;
}
