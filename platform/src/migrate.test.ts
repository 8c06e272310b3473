import { expect } from 'chai';
import { fileURLToPath } from 'node:url';
import { runProgram, sharedPostgres } from '@codex-k8s/testing';

const script = fileURLToPath(new URL('main.ts', import.meta.url));

describe('the migrate command', () => {
  it('brings an empty database to the schema of this version, and finds it there the next time', async () => {
    await using database = await (await sharedPostgres()).createDatabase('migrate');
    for (let round = 0; round < 2; round += 1) {
      const { code, out, err } = await runProgram(script, ['migrate'], {
        CODEXK8S_DATABASE_URL: database.url,
      });
      expect([code, err]).to.deep.equal([0, '']);
      const said: { event: string; migrations: string[] } = JSON.parse(out);
      expect(said.event).to.equal('migrated');
      expect(said.migrations).to.include('0001-main-path');
    }
  });

  it('says what is wrong with a database that is not there', async () => {
    const { code, err } = await runProgram(script, ['migrate'], {
      CODEXK8S_DATABASE_URL: 'postgres://nobody:pw-canary@127.0.0.1:1/none',
    });
    expect(code).to.equal(1);
    expect(err).to.match(/^CK-DB-\d{3} /);
    expect(err).not.to.contain('pw-canary');
  });
});
