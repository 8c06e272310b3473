import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../processes/index.ts';
import { download, type FetchOutcome } from './download.ts';
import { buildWithGo } from './go-build.ts';
import { withLock } from './lock.ts';
import {
  checkTool,
  findTool,
  sha256OfFile,
  type InstalledTool,
  type ToolRecord,
  ToolError,
  currentTarget,
  toolKey,
  toolNames,
  tools,
  type ToolName,
} from '../tools/index.ts';

export interface InstallOptions {
  /** Each program gets a directory of its own below it, named by version and machine. */
  directory: string;
  /** Programs to install; default all. */
  names?: readonly ToolName[];
  /** A mirror in place of every publisher's origin; `off` never downloads. */
  downloadBaseUrl?: string;
  /** Environment of Go and tar, and what names a proxy. */
  environment: Readonly<Record<string, string>>;
  /** Get it anew even when it is there. */
  force?: boolean;
  /** How long one origin may take to connect; default 1000, behind a proxy 10000. */
  connectTimeoutMs?: number;
  /** One line for people, at most one a second and tool. */
  onProgress?(message: string): void;
}

/** An installed tool, and whether it was there already. */
export type InstallResult = InstalledTool & { wasThere: boolean };

/**
 * Makes the pinned programs available: those in the directory that are what their record says stay;
 * else the publisher's archive, checked by the publisher's checksum; else a build with Go.
 * @throws ToolError
 */
export async function installTools(options: InstallOptions): Promise<InstallResult[]> {
  const results: InstallResult[] = [];
  for (const name of options.names ?? toolNames) {
    const present = options.force === true ? undefined : await findSound(options.directory, name);
    results.push(
      present === undefined ? await installOne(name, options) : { ...present, wasThere: true },
    );
  }
  return results;
}

/** An installed tool that is what its record says. */
async function findSound(directory: string, name: ToolName): Promise<InstalledTool | undefined> {
  const tool = await findTool(directory, name);
  try {
    if (tool !== undefined) await checkTool(tool);
    return tool;
  } catch {
    return undefined;
  }
}

function installOne(name: ToolName, options: InstallOptions): Promise<InstallResult> {
  const { directory, force = false } = options;
  const tell = options.onProgress ?? (() => undefined);
  const onWait = (): void => tell(`another process is installing ${name}`);
  return withLock(join(directory, `${toolKey(name)}.lock`), onWait, async () => {
    const present = force ? undefined : await findSound(directory, name);
    if (present !== undefined) return { ...present, wasThere: true };
    const scratch = join(directory, `partial-${randomBytes(6).toString('hex')}`);
    try {
      const own = join(directory, toolKey(name));
      const record = await prepare(name, scratch, options, tell);
      await rm(own, { recursive: true, force: true });
      await rename(join(scratch, 'tool'), own);
      return { ...record, path: join(own, name), wasThere: false };
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  });
}

/** Puts program and record into `scratch/tool`. */
async function prepare(
  name: ToolName,
  scratch: string,
  options: InstallOptions,
  tell: (message: string) => void,
): Promise<ToolRecord> {
  const tool = join(scratch, 'tool');
  await mkdir(tool, { recursive: true, mode: 0o755 });
  const program = join(tool, name);
  const { source, provenance } = await obtain(name, program, scratch, options, tell);
  const { version, versionArguments } = tools[name];
  const said = await runProgram(program, versionArguments, {
    cwd: scratch,
    environment: { HOME: scratch },
  });
  if (said.text.trim() !== `v${version}`)
    throw new ToolError(
      'wrong-checksum',
      `${name} says it is ${JSON.stringify(said.text.trim())}, not v${version}`,
      'Whoever offers it offers another program under this name.',
    );
  const record = { name, version, source, provenance, sha256: (await sha256OfFile(program)) ?? '' };
  await writeFile(join(tool, 'tool.json'), `${JSON.stringify(record, undefined, 2)}\n`);
  return record;
}

async function obtain(
  name: ToolName,
  program: string,
  scratch: string,
  options: InstallOptions,
  tell: (message: string) => void,
): Promise<Pick<ToolRecord, 'source' | 'provenance'>> {
  const { downloadBaseUrl, environment } = options;
  const reasons: string[] = [];
  const often = atMostEvery(1_000);
  const title = `${name} ${tools[name].version}`;
  const use = (source: 'download' | 'build', outcome: FetchOutcome) => {
    if (outcome.kind === 'fetched') return { source, provenance: outcome.provenance };
    reasons.push(outcome.reason);
    return undefined;
  };
  if (downloadBaseUrl !== 'off') {
    tell(`${title}: looking for the release`);
    const outcome = await download(name, program, {
      target: currentTarget(),
      mirror: downloadBaseUrl,
      connectTimeoutMs: options.connectTimeoutMs ?? (hasProxy(environment) ? 10_000 : 1_000),
      scratch,
      environment,
      onBytes: (received, total) =>
        often(() =>
          tell(`${title}: ${megabytes(received)}${total ? ` of ${megabytes(total)}` : ''}`),
        ),
    });
    const found = use('download', outcome);
    if (found !== undefined) return found;
  }
  tell(`${title}: building with Go${reasons.length > 0 ? ` (${reasons.join('; ')})` : ''}`);
  const outcome = await buildWithGo(name, program, {
    scratch,
    environment,
    onStep: ({ fetched, compiled }) =>
      often(() => {
        const done = compiled > 0 ? `${compiled} packages compiled` : `${fetched} modules fetched`;
        tell(`${title}: building with Go, ${done}`);
      }),
  });
  const built = use('build', outcome);
  if (built !== undefined) return built;
  throw new ToolError(
    'unavailable',
    `no source offers ${title}: ${reasons.join('; ')}`,
    'Install Go 1.26 or newer, or name a mirror of the releases by CODEXK8S_DOWNLOAD_BASE_URL.',
  );
}

function hasProxy(environment: Readonly<Record<string, string>>): boolean {
  return Object.keys(environment).some((name) => /^https?_proxy$/i.test(name));
}

function atMostEvery(intervalMs: number): (act: () => void) => void {
  let last = -Infinity;
  return (act) => {
    if (performance.now() - last < intervalMs) return;
    last = performance.now();
    act();
  };
}

const megabytes = (bytes: number): string => `${(bytes / (1 << 20)).toFixed(1)} MB`;
