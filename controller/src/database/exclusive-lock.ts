import { randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { databaseError } from './failures.ts';

/** Who holds a lock: a process, told apart from a later one with the same number by when it started. */
interface Holder {
  pid: number;
  started: string | undefined;
  host: string;
  id: string;
}

/**
 * Locks an embedded database, or refuses: PGlite itself lets two processes open one directory, and
 * silently loses rows. Everyone puts a file of its own beside the directory and then looks for
 * others: of two, the later one sees the earlier one, so never do both go on. Files of processes
 * that are gone are swept away.
 *
 * @param path the beginning of the lock files' names
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
  const file = `${path}.${mine.id}`;
  const release = (): Promise<void> => rm(file, { force: true });
  for (let attempt = 1; ; attempt += 1) {
    await place(file, mine);
    const other = await findOther(path, file);
    if (!other) return release;
    await release();
    // Two that came at the same moment both stand back; who is still there later is the holder.
    if (attempt === attempts) throw inUse(other.file, other.holder);
    await pause(10 + Math.random() * 40 * attempt);
  }
}

const attempts = 4;

// Under another name first: a lock file is complete from the moment it is there.
async function place(file: string, holder: Holder): Promise<void> {
  const draft = join(dirname(file), `.${basename(file)}.draft`);
  await writeFile(draft, JSON.stringify(holder), { mode: 0o600 });
  await rename(draft, file);
}

async function findOther(
  path: string,
  mine: string,
): Promise<{ file: string; holder: Holder } | undefined> {
  const directory = dirname(path);
  for (const name of await readdir(directory)) {
    const file = join(directory, name);
    if (!name.startsWith(`${basename(path)}.`) || file === mine) continue;
    const holder = await readHolder(file);
    if (holder && (await alive(holder))) return { file, holder };
    await rm(file, { force: true });
  }
  return undefined;
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

const inUse = (file: string, holder: Holder) =>
  databaseError(
    'CK-DB-004',
    `the embedded database is in use by process ${holder.pid} on ${holder.host}`,
    {
      where: { lock: file, pid: String(holder.pid), host: holder.host },
      hint:
        holder.host === hostname()
          ? `stop process ${holder.pid} first, or choose another data directory; for several processes use PostgreSQL`
          : `if nothing runs on ${holder.host} any more, remove ${file}`,
    },
  );

const isErrno = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
