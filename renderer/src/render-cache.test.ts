import { expect } from 'chai';
import {
  createMemoryReader,
  createRenderCache,
  createRenderer,
  type RenderInputs,
  type SourceReader,
} from './index.ts';
import { stackText } from './testing/index.ts';

const count = 100;

/** 100 services of 3 objects each; `changed` says which of the manifest files are of a new version. */
function bigStack(versions: Readonly<Record<number, string>> = {}): Record<string, string> {
  const services = Array.from(
    { length: count },
    (_, index) =>
      `    - { name: s${index}, codeUpdateStrategy: rebuild, manifests: [{ path: deploy/s${index}.yaml }] }\n`,
  );
  const files: Record<string, string> = {
    'services.yaml': stackText(
      `  environments: { dev: , prod: }\n  services:\n${services.join('')}`,
    ),
  };
  for (let index = 0; index < count; index += 1) {
    const objects = ['a', 'b', 'c'].map(
      (suffix) =>
        `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: s${index}-${suffix}\ndata:\n  version: "${versions[index] ?? '1'}"\n`,
    );
    files[`deploy/s${index}.yaml`] = objects.join('---\n');
  }
  return files;
}

function inputs(reader: SourceReader, environment = 'dev'): RenderInputs {
  return { reader, file: 'services.yaml', environment };
}

/** A reader that counts how often bytes are asked for. */
function counted(reader: SourceReader): { reader: SourceReader; reads: () => number } {
  let reads = 0;
  return {
    reader: { ...reader, read: (path) => ((reads += 1), reader.read(path)) },
    reads: () => reads,
  };
}

describe('the render cache', () => {
  it('parses each file once: a second render parses nothing, and one changed file one document', async () => {
    const renderer = createRenderer();
    const first = await renderer.render(inputs(createMemoryReader(bigStack())));
    expect(renderer.counters()).to.deep.equal({ documentsParsed: count + 1 });
    const again = await renderer.render(inputs(createMemoryReader(bigStack())));
    expect(renderer.counters()).to.deep.equal({ documentsParsed: count + 1 });
    expect(again).to.deep.equal(first);
    const changed = await renderer.render(inputs(createMemoryReader(bigStack({ 7: '2' }))));
    expect(renderer.counters()).to.deep.equal({ documentsParsed: count + 2 });
    const fresh = await createRenderer().render(inputs(createMemoryReader(bigStack({ 7: '2' }))));
    expect(changed).to.deep.equal(fresh);
    expect(changed).not.to.deep.equal(first);
  });

  it('reads only the bytes it does not know, where the reader tells digests', async () => {
    const renderer = createRenderer();
    await renderer.render(inputs(createMemoryReader(bigStack())));
    const { reader, reads } = counted(createMemoryReader(bigStack({ 7: '2' })));
    await renderer.render(inputs(reader));
    expect(reads()).to.equal(1);
  });

  it('serves environments from the same documents, each with its own result', async () => {
    const renderer = createRenderer();
    const reader = createMemoryReader(bigStack());
    const dev = await renderer.render(inputs(reader));
    const prod = await renderer.render(inputs(reader, 'prod'));
    expect(renderer.counters()).to.deep.equal({ documentsParsed: count + 1 });
    expect(prod).to.deep.equal(await createRenderer().render(inputs(reader, 'prod')));
    expect(dev.ok && prod.ok && dev.rendered.contentHash !== prod.rendered.contentHash).to.equal(
      true,
    );
  });

  it('tells warnings and errors each time, not only the first', async () => {
    const renderer = createRenderer();
    const broken = { ...bigStack(), 'deploy/s3.yaml': 'kind: X\n' };
    const results = [];
    for (let run = 0; run < 2; run += 1) {
      results.push(await renderer.render(inputs(createMemoryReader(broken))));
      results.push(
        await renderer.render({
          ...inputs(createMemoryReader(bigStack())),
          vars: { unknown: '1' },
        }),
      );
    }
    expect(results[2]).to.deep.equal(results[0]);
    expect(results[3]).to.deep.equal(results[1]);
    expect(results[1]?.ok && results[1].rendered.diagnostics).to.have.lengthOf(1);
  });

  it('may be tiny, or shared: the result is the same', async () => {
    const cache = createRenderCache(2000);
    const shared = [createRenderer({ cache }), createRenderer({ cache })];
    const expected = await createRenderer().render(inputs(createMemoryReader(bigStack())));
    for (const renderer of [...shared, ...shared])
      expect(await renderer.render(inputs(createMemoryReader(bigStack())))).to.deep.equal(expected);
  });

  it('tells two inputs apart in the input hash, and nothing else', async () => {
    const renderer = createRenderer();
    const hashOf = async (texts: Record<string, string>, more: Partial<RenderInputs> = {}) => {
      const result = await renderer.render({ ...inputs(createMemoryReader(texts)), ...more });
      return result.ok ? result.rendered.inputHash : '';
    };
    const base = await hashOf(bigStack());
    expect(await hashOf({ ...bigStack(), 'README.md': 'docs' })).to.equal(base);
    const others = [
      await hashOf(bigStack({ 1: '2' })),
      await hashOf(bigStack(), { environment: 'prod' }),
      await hashOf(bigStack(), { slot: 1 }),
      await hashOf(bigStack(), { vars: { a: '1' } }),
      await hashOf(bigStack(), { cluster: { kubernetesVersion: '1.36' } }),
    ];
    expect(new Set([base, ...others]).size).to.equal(6);
  });
});
