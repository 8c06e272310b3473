import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';

const run = promisify(execFile);
const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const shop = fileURLToPath(new URL('../../../examples/shop', import.meta.url));

describe('render --out -', () => {
  it('prints every object of the plan, in its order, and nothing else', async () => {
    const render = [main, 'render', '--env', 'dev', '--out', '-'];
    const { stdout } = await run(process.execPath, render, { cwd: shop });
    const plan = [main, 'plan', '--env', 'dev', '--output', 'json'];
    const planned: { units: { objects: { kind: string; name: string }[] }[] } = JSON.parse(
      (await run(process.execPath, plan, { cwd: shop })).stdout,
    );
    const documents = parseAllDocuments(stdout).map((document): unknown => document.toJS());
    const objects = planned.units.flatMap((unit) => unit.objects);
    expect(documents).to.have.lengthOf(objects.length);
    for (const [index, { kind, name }] of objects.entries()) {
      expect(documents[index]).to.have.property('kind', kind);
      expect(documents[index]).to.have.nested.property('metadata.name', name);
    }
  });

  it('goes with no comparison and no other output', async () => {
    for (const more of [['--check'], ['--output', 'json']]) {
      const args = [main, 'render', '--env', 'dev', '--out', '-', ...more];
      const failed: unknown = await run(process.execPath, args, { cwd: shop }).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failed).to.include({ code: 64, stdout: '' });
    }
  });
});
