import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { temporaryDirectory } from '../temporary-directory.ts';
import { failureOf } from '../waiting/index.ts';
import { runProgram, spawnModule } from './children.ts';

describe('a process of a test’s own', () => {
  it('runs module source until it is killed', async () => {
    const running = spawnModule(`console.log(process.env.GREETING); setInterval(() => {}, 1000);`, {
      GREETING: 'hello',
    });
    expect(await running.firstLine).to.equal('hello');
    running.child.kill('SIGKILL');
    expect(await running.ended).to.deep.equal({
      code: null,
      signal: 'SIGKILL',
      out: 'hello\n',
      err: '',
    });
  });

  it('tells why there was no first line', async () => {
    const error = await failureOf(
      spawnModule(`console.error('no luck'); process.exit(3);`).firstLine,
    );
    expect(error.message).to.contain('ended with 3').and.contain('no luck');
  });

  it('runs a program to its end, with code and output', async () => {
    await using directory = await temporaryDirectory('program');
    const file = join(directory.path, 'program.ts');
    writeFileSync(
      file,
      `const text: string = process.argv[2] ?? ''; console.log(text); process.exitCode = 2;`,
    );
    expect(await runProgram(file, ['given'])).to.deep.equal({
      code: 2,
      signal: null,
      out: 'given\n',
      err: '',
    });
  });
});
