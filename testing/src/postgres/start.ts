import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve as resolvePath } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { withParentDeath } from '@codex-k8s/bootstrap';
import { freePort } from '../free-port.ts';
import { ensurePostgresBinaries } from './binaries.ts';
import {
  answers,
  createDatabase,
  type CreateDatabaseOptions,
  type TestDatabase,
} from './databases.ts';
import type { GuardOrder, GuardReport } from './guard.ts';
import { run } from './run.ts';
import { handOver, reachable, unprivileged, type Unprivileged } from './unprivileged.ts';

export interface StartPostgresOptions {
  /** Keeps the data there over restarts; without it they lie in a temporary folder that goes with `stop`. */
  directory?: string;
  /** Further settings, for example `{ fsync: 'off' }`; fsync is on by default. */
  settings?: Record<string, string>;
  /** How a user that PostgreSQL refuses (root) starts it; found out by default. */
  runAs?: Unprivileged;
}

/** A PostgreSQL 16 with pgvector on loopback. It ends with the process that started it, however that ends. */
export interface Postgres extends AsyncDisposable {
  /** The database `postgres`, as superuser. */
  readonly url: string;
  /** The same: for creating databases and roles. */
  readonly adminUrl: string;
  createDatabase(prefix: string, options?: CreateDatabaseOptions): Promise<TestDatabase>;
  /** Kills the server at once (as a crash would) and keeps it away until `resume`, on the same port. */
  pause(): Promise<{ resume(): Promise<void> }>;
  stop(): Promise<void>;
}

const portAttempts = 5;
const readyWithinMs = 30_000;

/** Starts a server and resolves when it answers queries. */
export async function startPostgres(options: StartPostgresOptions = {}): Promise<Postgres> {
  const way = options.runAs ?? unprivileged();
  const bin = await reachable(way, await ensurePostgresBinaries());
  for (let attempt = 1; ; attempt += 1) {
    const directory =
      options.directory === undefined
        ? await mkdtemp(join(tmpdir(), 'postgresql-'))
        : resolvePath(options.directory);
    const data = join(directory, 'data');
    const log = join(directory, 'postgresql.log');
    const password = await initialise(way, bin, directory, data).catch(async (error: unknown) => {
      if (options.directory === undefined) await rm(directory, { recursive: true, force: true });
      throw error;
    });
    const port = await freePort();
    const url = `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`;
    const guard = await startGuard(log, options.directory === undefined ? directory : '', [
      ...way.prefix,
      ...withParentDeath([join(bin, 'postgres'), '-D', data, ...settings(port, options.settings)]),
    ]);
    try {
      await guard.start(url);
      return handle(url, guard);
    } catch (error) {
      const said = await readFile(log, 'utf8').catch(() => '');
      await guard.stop();
      // Somebody took the port between our look and the server's bind.
      if (/could not bind/.test(said) && attempt < portAttempts) continue;
      throw new Error(`PostgreSQL did not start; its log:\n${said.slice(-2_000)}`, {
        cause: error,
      });
    }
  }
}

function handle(url: string, guard: Guard): Postgres {
  return {
    url,
    adminUrl: url,
    createDatabase: (prefix, options) => createDatabase(url, prefix, options),
    pause: async () => {
      await guard.halt();
      return { resume: () => guard.start(url) };
    },
    stop: () => guard.stop(),
    [Symbol.asyncDispose]: () => guard.stop(),
  };
}

function settings(port: number, further: Record<string, string> = {}): string[] {
  const all = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...further,
  };
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Makes the data folder unless it is there, and returns the superuser's password. */
async function initialise(
  way: Unprivileged,
  bin: string,
  directory: string,
  data: string,
): Promise<string> {
  const passwordFile = join(directory, 'password');
  if (existsSync(join(data, 'PG_VERSION'))) return (await readFile(passwordFile, 'utf8')).trim();
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const password = randomBytes(16).toString('hex');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  await rm(data, { recursive: true, force: true });
  await handOver(way, directory, passwordFile);
  await run([
    ...way.prefix,
    join(bin, 'initdb'),
    `--pgdata=${data}`,
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
    '--no-instructions',
  ]);
  return password;
}

interface Guard {
  start(url: string): Promise<void>;
  halt(): Promise<void>;
  stop(): Promise<void>;
}

async function startGuard(log: string, removed: string, command: string[]): Promise<Guard> {
  const child = fork(
    fileURLToPath(new URL('guard.ts', import.meta.url)),
    [log, removed, ...command],
    {
      detached: true,
      execArgv: [],
      env: { PATH: '/usr/bin:/bin' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    },
  );
  let ended = false;
  child.on('message', (message: GuardReport) => {
    if (message.kind === 'ended') ended = true;
  });
  await heard(child, 'listening');
  const send = (order: GuardOrder): boolean =>
    child.connected && child.send(order, () => undefined);
  const exit = new Promise<void>((done) => child.once('exit', () => done()));
  rest(child);
  return {
    start: async (url) => {
      ended = false;
      send('start');
      const deadline = performance.now() + readyWithinMs;
      while (!(await answers(url))) {
        if (ended) throw new Error('the server ended');
        if (performance.now() > deadline)
          throw new Error(`the server did not answer within ${readyWithinMs} ms`);
        await sleep(20);
      }
    },
    halt: async () => {
      const halted = heard(child, 'halted');
      send('halt');
      await halted;
      rest(child);
    },
    stop: async () => {
      child.ref();
      send('stop');
      await exit;
    },
  };
}

/** Resolves with the report, or rejects when the guard ends first; keeps this process alive meanwhile. */
function heard(child: ChildProcess, kind: GuardReport['kind']): Promise<void> {
  child.ref();
  child.channel?.ref();
  return new Promise((resolve, reject) => {
    const listener = (message: GuardReport): void => {
      if (message.kind !== kind) return;
      child.off('message', listener);
      resolve();
    };
    child.on('message', listener);
    child.once('exit', () => reject(new Error('the guard of PostgreSQL ended')));
  });
}

/** An owner that is done may end: the closed channel tells the guard. */
function rest(child: ChildProcess): void {
  child.unref();
  child.channel?.unref();
}
