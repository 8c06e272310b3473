import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { databaseError } from './failures.ts';

/** Who holds a lock: a process, told apart from a later one with the same number by when it started. */
interface Holder {
  pid: number;
  started: string | undefined;
  host: string;
  id: string;
}

/**
 * Takes the lock file beside an embedded database, or refuses: PGlite itself lets two processes
 * open one directory, and silently loses rows. A lock whose process is gone is taken over.
 *
 * @returns a function that gives the lock back
 * @throws CodexError CK-DB-004 naming the process that holds it
 */
export async function takeExclusiveLock(path: string): Promise<() => Promise<void>> {
  const mine: Holder = {
    pid: process.pid,
    started: await processStart(process.pid),
    host: hostname(),
    id: randomUUID(),
  };
  const candidate = `${path}.${mine.id}`;
  await writeFile(candidate, JSON.stringify(mine), { mode: 0o600, flag: 'wx' });
  try {
    // A link appears with its content or not at all: nobody ever reads a half-written lock.
    while (!(await linked(candidate, path))) {
      const holder = await readHolder(path);
      if (holder && (await alive(holder))) throw inUse(path, holder);
      await setAside(path, holder);
    }
  } finally {
    await rm(candidate, { force: true });
  }
  return async () => {
    if ((await readHolder(path))?.id === mine.id) await rm(path, { force: true });
  };
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  }
}

// Two processes may find the same dead lock: the one that moves it away looks at what it moved, and
// puts it back when the other one had already replaced it.
async function setAside(path: string, judged: Holder | undefined): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return;
    throw error;
  }
  const moved = await readHolder(aside);
  if (moved && moved.id !== judged?.id) await linked(aside, path);
  await rm(aside, { force: true });
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isHolder(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

const isHolder = (value: unknown): value is Holder =>
  typeof value === 'object' &&
  value !== null &&
  'pid' in value &&
  Number.isInteger(value.pid) &&
  'id' in value &&
  typeof value.id === 'string';

async function alive(holder: Holder): Promise<boolean> {
  // Of another machine nothing can be known: refuse rather than lose rows.
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (isErrno(error, 'ESRCH')) return false;
  }
  const started = await processStart(holder.pid);
  return started === undefined || holder.started === undefined || started === holder.started;
}

/** When a process started, where the system tells (Linux: boot and ticks since); undefined elsewhere. */
async function processStart(pid: number): Promise<string | undefined> {
  try {
    const [stat, boot] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    ]);
    // The name in parentheses may hold blanks: count the fields behind it; starttime is field 22.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return ticks === undefined ? undefined : `${boot.trim()} ${ticks}`;
  } catch {
    return undefined;
  }
}

const inUse = (path: string, holder: Holder) =>
  databaseError(
    'CK-DB-004',
    `the embedded database is in use by process ${holder.pid} on ${holder.host}`,
    {
      where: { lock: path, pid: String(holder.pid), host: holder.host },
      hint:
        holder.host === hostname()
          ? `stop process ${holder.pid} first, or choose another data directory; for several processes use PostgreSQL`
          : `if nothing runs on ${holder.host} any more, remove ${path}`,
    },
  );

const isErrno = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
