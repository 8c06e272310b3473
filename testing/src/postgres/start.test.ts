import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Client } from 'pg';
import { identityOf, isAlive } from '@codex-k8s/bootstrap';
import { spawnModule } from '../processes/index.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { eventually, failureOf } from '../waiting/index.ts';
import { sharedPostgres } from './shared.ts';
import { startPostgres } from './start.ts';
import { ways } from './unprivileged.ts';

async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('a real PostgreSQL', () => {
  it('is version 16 with pgvector, syncs to disk and takes 200 connections', async () => {
    const server = await sharedPostgres();
    await using database = await server.createDatabase('vectors');
    await ask(database.url, 'create extension vector');
    const [row] = await ask(
      database.url,
      `
      select '[1,2,3]'::vector <-> '[1,2,4]'::vector as distance,
             current_setting('fsync') as fsync,
             current_setting('max_connections') as connections,
             current_setting('server_version') as version`,
    );
    expect(row).to.deep.include({ distance: 1, fsync: 'on', connections: '200' });
    expect(row?.['version']).to.match(/^16\./);
  });

  it('copies a migrated template and drops a database that is still in use', async () => {
    const server = await sharedPostgres();
    await using template = await server.createDatabase('template');
    await ask(template.url, 'create table t as select 42 as answer');
    const copy = await server.createDatabase('copy', { template: template.name });
    const client = new Client({ connectionString: copy.url });
    client.on('error', () => undefined);
    await client.connect();
    expect((await client.query('select answer from t')).rows).to.deep.equal([{ answer: 42 }]);
    await copy.drop();
    expect(String(await failureOf(ask(copy.url, 'select 1')))).to.contain('does not exist');
  });

  it('lets nobody in without the password', async () => {
    const server = await sharedPostgres();
    const url = new URL(server.url);
    url.password = 'wrong';
    expect(String(await failureOf(ask(url.href, 'select 1')))).to.contain(
      'password authentication failed',
    );
  });

  it('goes away like a crash and comes back with what was committed', async () => {
    await using server = await startPostgres();
    await ask(server.url, 'create table kept as select 1 as one');
    const outage = await server.pause();
    expect(await failureOf(ask(server.url, 'select 1'))).to.have.property('code', 'ECONNREFUSED');
    await outage.resume();
    expect(await ask(server.url, 'select one from kept')).to.deep.equal([{ one: 1 }]);
  });

  it('runs for root by either way that systems allow', async function () {
    if (process.getuid?.() !== 0) this.skip(); // an ordinary user needs neither
    for (const way of [ways.namespace, ways.nobody]) {
      const [program, ...parameters] = way.prefix;
      if (spawnSync(program, [...parameters, 'true']).status !== 0) continue;
      await using server = await startPostgres({ runAs: { ...way, prefix: [...way.prefix] } });
      expect(await ask(server.url, 'select 1 as one')).to.deep.equal([{ one: 1 }]);
    }
  });

  it('keeps its data in a directory that was named', async () => {
    await using directory = await temporaryDirectory('postgres-kept');
    const first = await startPostgres({ directory: directory.path });
    await ask(first.url, 'create table kept as select 1 as one');
    await first.stop();
    await using second = await startPostgres({ directory: directory.path });
    expect(await ask(second.url, 'select one from kept')).to.deep.equal([{ one: 1 }]);
  });

  it('ends with an owner that was killed, and leaves no files', async () => {
    await using scratch = await temporaryDirectory('postgres-owner');
    const program = `
      import { startPostgres } from ${JSON.stringify(fileURLToPath(new URL('start.ts', import.meta.url)))};
      const server = await startPostgres();
      console.log(server.url);
      setInterval(() => {}, 1000);`;
    const owner = spawnModule(program, { TMPDIR: scratch.path });
    const url = await owner.firstLine;
    const [row] = await ask(
      url,
      `select pg_backend_pid() as backend, current_setting('data_directory') as data`,
    );
    const data = String(row?.['data']);
    expect(existsSync(join(data, 'PG_VERSION'))).to.equal(true);
    const identity = identityOf(owner.pid);
    owner.child.kill('SIGKILL');
    await eventually(async () => {
      expect(identity && isAlive(identity)).to.equal(false);
      expect(await failureOf(ask(url, 'select 1'))).to.have.property('code', 'ECONNREFUSED');
      expect(await readdir(scratch.path)).to.deep.equal([]);
    });
  });
});
