import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createFilesystemReader, createRenderer } from '@codex-k8s/renderer';
import { runProgram, temporaryDirectory } from '@codex-k8s/testing';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const bootstrap = join(root, 'bootstrap/src/main.ts');
const renderer = join(root, 'renderer/src/main.ts');

describe('the plan of the bootstrap tool', () => {
  for (const [stack, environment, slot] of [
    ['services.yaml', 'production', undefined],
    ['services.yaml', 'ai', '2'],
    ['examples/project-example/services.yaml', 'dev', undefined],
  ] as const)
    it(`is, byte for byte, the one of the command line and of the library: ${stack} for ${environment}`, async () => {
      await using out = await temporaryDirectory('plan');
      const file = join(root, stack);
      const inputs = [
        '--root',
        root,
        '--file',
        file,
        '--env',
        environment,
        ...(slot ? ['--slot', slot] : []),
      ];
      const [planned, rendered] = await Promise.all([
        runProgram(bootstrap, ['plan', ...inputs]),
        runProgram(renderer, ['render', ...inputs, '--out', out.path]),
      ]);
      expect([planned.code, rendered.code], planned.err + rendered.err).to.deep.equal([0, 0]);
      expect(planned.out).to.equal(await readFile(join(out.path, 'plan.json'), 'utf8'));
      // The controller renders with this library; that its state branch holds the same is shown where it runs.
      const result = await createRenderer().render({
        reader: await createFilesystemReader(root),
        file: stack,
        environment,
        ...(slot ? { slot: Number(slot) } : {}),
      });
      const bytes = result.ok
        ? result.rendered.files.find(({ path }) => path === 'plan.json')?.bytes
        : undefined;
      expect(planned.out).to.equal(Buffer.from(bytes ?? []).toString());
    });

  it('says where a stack is wrong, and what is not there', async () => {
    const unknown = await runProgram(bootstrap, [
      'plan',
      '--file',
      join(root, 'services.yaml'),
      '--env',
      'nowhere',
    ]);
    expect([unknown.code, unknown.out]).to.deep.equal([1, '']);
    expect(unknown.err)
      .to.match(/CK-R-\d{3}/)
      .and.to.contain('CK-PLAN-002');
    const absent = await runProgram(bootstrap, ['plan', '--file', 'nowhere.yaml', '--env', 'dev']);
    expect([absent.code, absent.err]).to.satisfy(
      ([code, err]: [number, string]) => code === 1 && err.includes('CK-PLAN-001'),
    );
  });
});
