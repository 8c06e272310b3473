import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { takeExclusiveLock } from './exclusive-lock.ts';
import { databaseError } from './failures.ts';
import { pgliteParsers } from './row-values.ts';
import type { Session, SessionSource, Statement, StatementResult } from './session.ts';

/** Where an embedded database lives; without a directory it lives in memory (tests). */
export interface PgliteOptions {
  directory?: string | undefined;
  /** A data directory to start from, as `dumpDataDir` made it. */
  template?: Blob | undefined;
}

/** The embedded database and its one connection. */
export interface PgliteSource extends SessionSource {
  /** Its whole content, to start other ones from. */
  dump(): Promise<Blob>;
}

/** Opens the embedded database, alone: a second process on the same directory is refused. */
export async function openPgliteSource(options: PgliteOptions): Promise<PgliteSource> {
  const { directory } = options;
  if (directory === undefined)
    return sourceOver(await PGlite.create(createOptions(options)), async () => {});
  const path = resolve(directory);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const unlock = await takeExclusiveLock(`${path}.lock`);
  try {
    return sourceOver(await openOnDisk(path, options), unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

// A process that dies while the first start lays out the files leaves a directory that cannot be
// opened: a mark beside it says so, and the next start begins again.
async function openOnDisk(path: string, options: PgliteOptions): Promise<PGlite> {
  const unfinished = `${path}.unfinished`;
  const fresh = !existsSync(path) || existsSync(unfinished);
  if (fresh) {
    await writeFile(unfinished, '', { mode: 0o600 });
    await rm(path, { recursive: true, force: true });
    await mkdir(path, { recursive: true, mode: 0o700 });
  }
  const pglite = await PGlite.create({ ...createOptions(fresh ? options : {}), dataDir: path });
  if (fresh) await rm(unfinished, { force: true });
  return pglite;
}

const createOptions = (options: PgliteOptions) => ({
  extensions: { vector },
  ...(options.template === undefined ? {} : { loadDataDir: options.template }),
});

// PGlite works on this thread: after this long other callbacks get their turn.
const longestTurnMs = 5;

function sourceOver(pglite: PGlite, unlock: () => Promise<void>): PgliteSource {
  // The one connection is handed from user to user; whoever waits, waits here.
  let last: Promise<void> = Promise.resolve();
  let turnBegan = performance.now();
  let closed = false;

  const enter = async (): Promise<() => void> => {
    const before = last;
    const { promise, resolve: leave } = Promise.withResolvers<void>();
    last = promise;
    await before;
    if (performance.now() - turnBegan > longestTurnMs) {
      await nextTurn();
      turnBegan = performance.now();
    }
    return leave;
  };

  return {
    kind: 'pglite',
    async acquire() {
      if (closed) throw databaseError('CK-DB-009', 'the database has been closed');
      const leave = await enter();
      if (closed) {
        leave();
        throw databaseError('CK-DB-009', 'the database has been closed');
      }
      return sessionOver(pglite, leave);
    },
    async listen(channel, listener) {
      // Inside somebody's transaction a LISTEN would vanish with its rollback.
      const leave = await enter();
      try {
        const unlisten = await pglite.listen(channel, listener);
        return async () => {
          if (!closed) await unlisten();
        };
      } finally {
        leave();
      }
    },
    async dump() {
      const leave = await enter();
      try {
        return await pglite.dumpDataDir('none');
      } finally {
        leave();
      }
    },
    async close() {
      if (closed) return;
      const leave = await enter();
      closed = true;
      try {
        await pglite.close();
      } finally {
        leave();
        await unlock();
      }
    },
  };
}

function sessionOver(pglite: PGlite, leave: () => void): Session {
  return {
    async run<R extends object>({ sql, params, style }: Statement): Promise<StatementResult<R>> {
      try {
        const result = await pglite.query<R>(sql, params?.map(asParameter), {
          parsers: pgliteParsers[style],
        });
        return {
          rows: result.rows,
          affected: result.affectedRows ?? 0,
          command: result.command ?? '',
        };
      } catch (error) {
        throw withoutParameters(error);
      }
    },
    release: () => leave(),
  };
}

// PGlite wants the JavaScript type of each column exactly; `pg` takes everything as text. Text is
// accepted by both for numbers too.
function asParameter(value: unknown): unknown {
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
}

// PGlite hangs what was sent on its errors, and errors are printed and stored.
function withoutParameters(error: unknown): unknown {
  if (error instanceof Error)
    for (const name of ['params', 'query', 'queryOptions']) Reflect.deleteProperty(error, name);
  return error;
}
