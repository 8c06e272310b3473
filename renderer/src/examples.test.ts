import { validateExecutionPlan } from '@codex-k8s/schema';
import { expect } from 'chai';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { createFilesystemReader, createRenderer, type RenderedStack } from './index.ts';
import { writeDirectory } from './cli/write-directory.ts';
import {
  gitTreeOf,
  installTimeoutMs,
  nameOf,
  realPrograms,
  repositoryRoot,
  repositoryStacks,
  textOf,
} from './testing/index.ts';

async function render(
  directory: string,
  environment: string,
  slot?: number,
  needsPrograms = false,
): Promise<RenderedStack> {
  const reader = await createFilesystemReader(join(repositoryRoot, directory));
  const inputs = {
    reader,
    file: 'services.yaml',
    environment,
    ...(slot === undefined ? {} : { slot }),
  };
  const renderer = createRenderer(needsPrograms ? { programs: await realPrograms() } : {});
  const result = await renderer.render(inputs);
  if (result.ok) return result.rendered;
  throw new Error(JSON.stringify(result.diagnostics, undefined, 2));
}

describe('the stacks of this repository', () => {
  for (const stack of repositoryStacks) {
    it(`render without a finding: ${nameOf(stack)}`, async function () {
      if (stack.needsPrograms === true) this.timeout(installTimeoutMs);
      const { directory, environment, slot, namespace } = stack;
      const rendered = await render(directory, environment, slot, stack.needsPrograms);
      expect(rendered.diagnostics).to.deep.equal([]);
      expect(rendered.plan.namespace).to.equal(namespace);
      expect(validateExecutionPlan(rendered.plan).ok).to.equal(true);
      for (const { file, kind, name, apiVersion } of rendered.plan.units.flatMap(
        ({ objects }) => objects,
      )) {
        const object: unknown = parse(textOf(rendered, file));
        expect(object, file).to.deep.include({ kind, apiVersion });
        expect(object).to.have.nested.property('metadata.name', name);
        expect(object).to.have.nested.property('metadata.namespace', namespace);
      }
    });
  }

  it('have the content hash that git gives to the written directory', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'ck-content-'));
    try {
      const rendered = await render('examples/shop', 'dev');
      writeDirectory(directory, rendered.files);
      expect(await gitTreeOf(directory)).to.equal(rendered.contentHash);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  it('mark the objects of the platform in staging and production, and in no slot', async () => {
    const labelled = async (environment: string, slot?: number): Promise<boolean[]> => {
      const rendered = await render('.', environment, slot);
      const files = rendered.files.filter(({ path }) => path.startsWith('manifests/'));
      return [
        ...new Set(
          files.map(({ path }) =>
            textOf(rendered, path).includes('app.kubernetes.io/part-of: codex-k8s'),
          ),
        ),
      ];
    };
    expect([
      await labelled('staging'),
      await labelled('production'),
      await labelled('ai', 1),
    ]).to.deep.equal([[true], [true], [false]]);
  });

  it('stand on their own: the shop renders alike from any directory', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'ck-shop-'));
    try {
      await cp(join(repositoryRoot, 'examples/shop'), directory, { recursive: true });
      const reader = await createFilesystemReader(directory);
      const result = await createRenderer().render({
        reader,
        file: 'services.yaml',
        environment: 'dev',
      });
      expect(result.ok && result.rendered.contentHash).to.equal(
        (await render('examples/shop', 'dev')).contentHash,
      );
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});
