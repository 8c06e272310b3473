import { expect } from 'chai';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { eventually, temporaryDirectory } from '@codex-k8s/testing';
import type { TemporaryDirectory } from '@codex-k8s/testing';
import { takeExclusiveLock } from './exclusive-lock.ts';
import { openDatabase } from './open-database.ts';

const room = import.meta.dirname;

describe('the lock of the embedded database', function () {
  this.timeout(60_000);
  let directory: TemporaryDirectory;
  let path: string;
  const children: ChildProcess[] = [];
  beforeEach(async () => {
    directory = await temporaryDirectory('lock');
    path = join(directory.path, 'database.lock');
  });
  afterEach(async () => {
    for (const child of children.splice(0))
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    await directory.remove();
  });

  /** Runs a module's text in a process of its own and waits for its first line. */
  async function inProcess(text: string): Promise<ChildProcess> {
    const child = spawn(process.execPath, ['--input-type=module', '-e', text], {
      cwd: room,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    await once(child.stdout ?? child, 'data');
    return child;
  }
  const holdLock = (): Promise<ChildProcess> =>
    inProcess(
      `const { takeExclusiveLock } = await import('./exclusive-lock.ts'); await takeExclusiveLock(${JSON.stringify(path)}); console.log('held'); setInterval(() => {}, 1000);`,
    );
  const codeAndHint = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => 'taken',
      (error: unknown) => error,
    );

  it('refuses a second process and names the first', async () => {
    const holder = await holdLock();
    const refused = await codeAndHint(takeExclusiveLock(path));
    expect(refused).to.have.nested.property('data.code', 'CK-DB-004');
    expect(refused).to.have.property('message').that.includes(`process ${holder.pid}`);
    expect(refused)
      .to.have.nested.property('data.hint')
      .that.includes(`stop process ${holder.pid}`);
  });

  it('takes over from a process that was killed', async () => {
    const holder = await holdLock();
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const release = await takeExclusiveLock(path);
    expect((await readdir(directory.path)).length).to.equal(1);
    await release();
    expect(await readdir(directory.path)).to.deep.equal([]);
  });

  it('does not take a later process of the same number for the holder', async () => {
    await writeFile(
      `${path}.old`,
      JSON.stringify({ pid: process.pid, started: 'another boot 1', host: hostname(), id: 'old' }),
    );
    await (
      await takeExclusiveLock(path)
    )();
  });

  it('refuses what another machine holds, and says which file to remove', async () => {
    await writeFile(
      `${path}.old`,
      JSON.stringify({ pid: 1, started: 'x', host: 'elsewhere', id: 'other' }),
    );
    const refused = await codeAndHint(takeExclusiveLock(path));
    expect(refused).to.have.nested.property('data.hint').that.includes(path);
  });

  it('takes over a lock that cannot be read', async () => {
    await writeFile(`${path}.old`, '{"pid":');
    await (
      await takeExclusiveLock(path)
    )();
  });

  it('never lets two have it, a dead one lying there or not', async () => {
    for (const dead of [false, true]) {
      if (dead)
        await writeFile(
          `${path}.old`,
          JSON.stringify({ pid: 2 ** 22 + 1, started: 'x', host: hostname(), id: 'dead' }),
        );
      const taken = await Promise.allSettled(
        Array.from({ length: 12 }, () => takeExclusiveLock(path)),
      );
      const winners = taken.filter((result) => result.status === 'fulfilled');
      expect(winners.length).to.be.at.most(1, 'holders');
      for (const winner of winners) await winner.value();
    }
    expect(await readdir(directory.path)).to.deep.equal([]);
  });

  it('keeps a second process from opening the directory, and lets it in afterwards', async () => {
    const data = join(directory.path, 'database');
    const db = await openDatabase({ pgliteDirectory: data });
    await db.query(`insert into core.platform_state (key, value) values ('kept', '1')`);
    const refused = await codeAndHint(openDatabase({ pgliteDirectory: data }));
    expect(refused).to.have.nested.property('data.code', 'CK-DB-004');
    await db.close();
    const again = await openDatabase({ pgliteDirectory: data });
    expect(
      await again.query(`select value from core.platform_state where key = 'kept'`),
    ).to.deep.equal([{ value: 1 }]);
    await again.close();
    expect(await readdir(directory.path)).to.deep.equal(['database']);
  });

  it('begins again after a first start that was killed', async () => {
    const data = join(directory.path, 'database');
    const child = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `const { openDatabase } = await import('./open-database.ts'); await openDatabase({ pgliteDirectory: ${JSON.stringify(data)} });`,
      ],
      { cwd: room, stdio: 'ignore' },
    );
    children.push(child);
    await eventually(() => existsSync(join(data, 'base')), { timeoutMs: 30_000, intervalMs: 2 });
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(existsSync(`${data}.unfinished`)).to.equal(true);
    const db = await openDatabase({ pgliteDirectory: data });
    expect(await db.query('select 1 as one')).to.deep.equal([{ one: 1 }]);
    await db.close();
  });
});
