import { expect } from 'chai';
import { Client } from 'pg';
import { sharedPostgres } from '@codex-k8s/testing';
import { migrateDatabase } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { openDatabase } from './open-database.ts';
import { createOrm } from './orm.ts';
import type { Orm } from './orm.ts';
import { openPgliteSource } from './pglite-source.ts';
import { createPostgresqlSource } from './postgresql-source.ts';
import type { SessionSource } from './session.ts';

interface Fresh {
  source: SessionSource;
  remove(): Promise<void>;
}

const kinds: Record<string, () => Promise<Fresh>> = {
  PostgreSQL: async () => {
    const database = await (await sharedPostgres()).createDatabase('migrations');
    return {
      source: createPostgresqlSource({ url: database.url, poolSize: 3, applicationName: 'test' }),
      remove: () => database.drop(),
    };
  },
  PGlite: async () => ({ source: await openPgliteSource({}), remove: () => Promise.resolve() }),
};

for (const [name, fresh] of Object.entries(kinds))
  describe(`migrations on ${name}`, function () {
    this.timeout(60_000);
    let source: SessionSource;
    let orm: Orm;
    let remove: () => Promise<void>;

    before(async () => {
      ({ source, remove } = await fresh());
      orm = await createOrm(() => source.acquire());
    });
    after(async () => {
      await orm.close();
      await source.close();
      await remove();
    });

    const names = async (sql: string): Promise<string[]> => {
      const session = await source.acquire();
      const { rows } = await session.run<{ name: string }>({ sql, style: 'plain' });
      session.release();
      return rows.map((row) => row.name);
    };
    const tables = () =>
      names(
        `select table_schema || '.' || table_name as name from information_schema.tables where table_schema in ('core', 'audit') order by 1`,
      );
    const columns = () =>
      names(
        `select table_schema || '.' || table_name || '.' || column_name as name from information_schema.columns where table_schema in ('core', 'audit') order by 1`,
      );

    it('make the schema that the entities describe, from nothing', async () => {
      await migrateDatabase(orm, source);
      expect(await tables()).to.include.members([
        'core.work_items',
        'core.agent_runs',
        'core.flow_events',
        'core.links',
        'audit.doc_chunks',
      ]);
      expect(
        (await orm.schema.getUpdateSchemaSQL({ wrap: false, dropTables: true })).trim(),
      ).to.equal('');
    });

    it('find nothing to do the second time', async () => {
      await migrateDatabase(orm, source);
      expect(await orm.migrator.getPending()).to.deep.equal([]);
    });

    for (const [index, { name: migration }] of migrations.entries())
      it(`can be taken back and applied again: ${migration}`, async () => {
        const before = await columns();
        // What came after it stands on it, and goes first.
        for (const { name: later } of migrations.slice(index).toReversed())
          await orm.migrator.down({ migrations: [later] });
        expect(await columns()).to.not.deep.equal(before);
        await orm.migrator.up();
        expect(await columns()).to.deep.equal(before);
      });

    it('refuse a database of a newer version', async () => {
      const session = await source.acquire();
      await session.run({
        sql: `insert into schema_migrations (name) values ('9999-of-tomorrow')`,
        style: 'plain',
      });
      session.release();
      const error: unknown = await migrateDatabase(orm, source).catch((thrown: unknown) => thrown);
      expect(error).to.have.nested.property('data.code', 'CK-DB-008');
      const again = await source.acquire();
      await again.run({
        sql: `delete from schema_migrations where name = '9999-of-tomorrow'`,
        style: 'plain',
      });
      again.release();
    });
  });

describe('several processes that start at once', function () {
  this.timeout(60_000);

  it('migrate once', async () => {
    const database = await (await sharedPostgres()).createDatabase('at-once');
    const opened = await Promise.all(
      [1, 2, 3, 4].map(() => openDatabase({ url: database.url }, { poolSize: 2 })),
    );
    const [db] = opened;
    expect(await db?.query('select name from schema_migrations order by id')).to.deep.equal(
      migrations.map(({ name }) => ({ name })),
    );
    await Promise.all(opened.map((each) => each.close()));
    await database.drop();
  });
});

describe('a role that owns its database and nothing else', function () {
  this.timeout(60_000);

  it('can migrate it: nothing else on the server is touched', async () => {
    const server = await sharedPostgres();
    const database = await server.createDatabase('owned');
    const admin = new Client({ connectionString: database.url });
    await admin.connect();
    const role = database.name;
    await admin.query('create extension vector');
    await admin.query(`create role "${role}" login password 'of this test' nocreatedb`);
    await admin.query(`alter database "${database.name}" owner to "${role}"`);
    const databases = async (): Promise<string[]> =>
      (await admin.query<{ datname: string }>('select datname from pg_database')).rows
        .map((row) => row.datname)
        .filter((name) => name === 'codex_k8s');
    const url = new URL(database.url);
    [url.username, url.password] = [role, 'of this test'];
    const db = await openDatabase({ url: url.href }, { migrate: true, poolSize: 2 });
    expect(await db.query('select count(*)::int as count from schema_migrations')).to.deep.equal([
      { count: migrations.length },
    ]);
    expect(await databases()).to.deep.equal([]);
    await db.close();
    await admin.end();
    await database.drop();
  });
});
