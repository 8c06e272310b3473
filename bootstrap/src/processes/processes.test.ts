import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  eventually,
  spawnModule,
  temporaryDirectory,
  type TemporaryDirectory,
} from '@codex-k8s/testing';
import { expect } from 'chai';
import { endProcess, identityOf, isAlive, type ProcessIdentity } from './index.ts';
import { acquireLock, readLockHolder } from './lock.ts';
import { logTail } from './log-tail.ts';
import { withParentDeath } from './parent-death.ts';

async function spawned(
  program: string,
  ...parameters: string[]
): Promise<{ child: ChildProcess; identity: ProcessIdentity }> {
  const child = spawn(program, parameters, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child, 'spawn');
  const identity = identityOf(child.pid ?? 0);
  if (!identity) throw new Error(`${program} has no identity`);
  return { child, identity };
}

describe('process identity', () => {
  it('tells a process from a later one with the same number', async () => {
    const { child, identity } = await spawned('sleep', '60');
    expect(isAlive(identity)).to.equal(true);
    expect(isAlive({ ...identity, startTime: `${identity.startTime}0` })).to.equal(false);
    child.kill('SIGKILL');
    await eventually(() => !isAlive(identity));
    expect(identityOf(identity.pid)).to.equal(undefined);
  });

  it('ends exactly the process that was meant', async () => {
    const { child, identity } = await spawned('sleep', '60');
    await endProcess({ ...identity, startTime: 'of an earlier process' });
    expect(isAlive(identity)).to.equal(true);
    await endProcess(identity);
    expect(isAlive(identity)).to.equal(false);
    expect(child.signalCode ?? 'SIGTERM').to.equal('SIGTERM');
  });

  it('kills a process that ignores the polite signal', async () => {
    const { child, identity } = await spawned(
      'sh',
      '-c',
      'trap "" TERM; echo deaf; while :; do sleep 0.05; done',
    );
    if (child.stdout) await once(child.stdout, 'data');
    await endProcess(identity, { graceMs: 100 });
    expect(isAlive(identity)).to.equal(false);
  });

  it('lets the kernel end a child whose parent was killed', async function () {
    if (withParentDeath(['true']).length === 1) this.skip(); // setpriv is part of util-linux on Linux
    const command = JSON.stringify(withParentDeath(['sleep', '60']));
    const parent = spawnModule(
      `import { spawn } from 'node:child_process';
       const [program, ...rest] = ${command};
       console.log(spawn(program, rest).pid);
       setInterval(() => {}, 1000);`,
    );
    const grandchild = identityOf(Number(await parent.firstLine));
    expect(grandchild).not.to.equal(undefined);
    parent.child.kill('SIGKILL');
    await eventually(() => grandchild !== undefined && !isAlive(grandchild));
  });
});

describe('a lock', () => {
  let directory: TemporaryDirectory;
  let path: string;
  beforeEach(async () => {
    directory = await temporaryDirectory('lock');
    path = join(directory.path, 'made', 'lock');
  });
  afterEach(() => directory.remove());

  it('is held by one and free after its release', () => {
    const lock = acquireLock(path);
    expect(lock).not.to.equal(undefined);
    expect(acquireLock(path)).to.equal(undefined);
    expect(readLockHolder(path)?.pid).to.equal(process.pid);
    lock?.release();
    expect(readLockHolder(path)).to.equal(undefined);
    expect(acquireLock(path)).not.to.equal(undefined);
  });

  it('does not outlive its holder', async () => {
    const { child, identity } = await spawned('sleep', '60');
    const lock = acquireLock(path, identity);
    expect(acquireLock(path)).to.equal(undefined);
    child.kill('SIGKILL');
    await eventually(() => !isAlive(identity));
    expect(acquireLock(path)).not.to.equal(undefined);
    // The dead holder's handle cannot take the lock from the new one.
    lock?.release();
    expect(readLockHolder(path)?.pid).to.equal(process.pid);
  });

  it('is not confused by a file that says nothing', () => {
    acquireLock(path)?.release();
    writeFileSync(path, 'not json');
    expect(acquireLock(path)).not.to.equal(undefined);
  });

  it('lets one process at a time through, of many that want it', async () => {
    const journal = join(directory.path, 'journal');
    const program = `
      import { appendFileSync } from 'node:fs';
      import { acquireLock } from ${JSON.stringify(fileURLToPath(new URL('lock.ts', import.meta.url)))};
      for (let round = 0; round < 15; ) {
        const lock = acquireLock(${JSON.stringify(path)});
        if (!lock) { await new Promise((next) => setTimeout(next, 1)); continue; }
        appendFileSync(${JSON.stringify(journal)}, '(');
        await new Promise((next) => setTimeout(next, 1));
        appendFileSync(${JSON.stringify(journal)}, ')');
        lock.release();
        round += 1;
      }`;
    const ends = await Promise.all(Array.from({ length: 4 }, () => spawnModule(program).ended));
    expect(ends.map(({ code, err }) => `${code}${err}`)).to.deep.equal(['0', '0', '0', '0']);
    expect(readFileSync(journal, 'utf8')).to.equal('()'.repeat(60));
    expect(readdirSync(join(directory.path, 'made'))).to.deep.equal([]);
  });
});

describe('a log tail', () => {
  it('shows the last lines of a file of any size, and nothing of none', async () => {
    await using directory = await temporaryDirectory('tail');
    const path = join(directory.path, 'x.log');
    expect(existsSync(path)).to.equal(false);
    expect(logTail(path)).to.equal('');
    for (let line = 0; line < 5_000; line += 1)
      appendFileSync(path, `line ${line} ${'x'.repeat(40)}\n`);
    expect(
      logTail(path, 2)
        .split('\n')
        .map((each) => each.slice(0, 9)),
    ).to.deep.equal(['line 4998', 'line 4999']);
  });
});
