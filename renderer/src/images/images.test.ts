import { validateExecutionPlan, validateImagesLock, type PlanImage } from '@codex-k8s/schema';
import { expect } from 'chai';
import fc from 'fast-check';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { openRepository } from '../git/index.ts';
import { blobId, directoryId } from '../hash/index.ts';
import { createFilesystemReader, createMemoryReader, createRenderer } from '../index.ts';
import {
  findingsOf,
  git,
  renderFine,
  stackText,
  textOf,
  type TextInputs,
} from '../testing/index.ts';
import { printLock } from './images-lock.ts';
import { compareLock } from './update-lock.ts';

const digestOf = (character: string): string => `sha256:${character.repeat(64)}`;
const idOf = (text: string): string => blobId(new TextEncoder().encode(text));

const services = stackText(`  environments: { dev: , live: { protected: true } }
  images:
    web: { from: "nginx:1.29" }
    fixed: { from: "redis@${digestOf('f')}" }
    copy: { type: mirror, from: "postgres:18", to: "registry.example.com/mirror/postgres" }
    api:
      type: build
      repository: registry.example.com/api
      context: api
      target: run
      args: { B: "2", A: "1" }
      bases: ["alpine:3"]
    tool: { type: build, repository: registry.example.com/tool, context: tool, dockerfile: build/Tool }
  services:
    - name: web
      codeUpdateStrategy: rebuild
      workload: { image: web, env: { HELPER: "{{ .Images.copy }}" } }
    - name: api
      codeUpdateStrategy: rebuild
      workload: { image: api }
    - name: plain
      codeUpdateStrategy: rebuild
      manifests: [{ path: plain.yaml }]
`);
const lock = new Map([
  ['docker.io/library/nginx:1.29', digestOf('a')],
  ['docker.io/library/postgres:18', digestOf('b')],
  ['docker.io/library/node:26', digestOf('c')],
  ['docker.io/library/alpine:3', digestOf('d')],
]);
const files = {
  'services.yaml': services,
  'images.lock': printLock(lock),
  'api/Dockerfile': 'FROM node:26 AS dev\nFROM dev AS run\n',
  'api/src/main.js': 'run()',
  'build/Tool': 'FROM scratch\n',
  'tool/a.go': 'package a',
  'plain.yaml':
    'apiVersion: apps/v1\nkind: DaemonSet\nmetadata: { name: plain }\nspec:\n  selector: { matchLabels: { a: b } }\n  template:\n    metadata: { labels: { a: b } }\n    spec: { containers: [{ name: a, image: "nginx:1.29" }] }\n',
};
type Files = Readonly<Record<string, string>>;

async function imagesOf(texts: Files, inputs: TextInputs = {}): Promise<Map<string, PlanImage>> {
  const { plan } = await renderFine(texts, inputs);
  return new Map(plan.images.map((image) => [image.name, image]));
}

async function referenceOf(texts: Files, name: string): Promise<string | undefined> {
  return (await imagesOf(texts)).get(name)?.reference;
}

describe('images in the plan', () => {
  it('say for each policy what pods pull, what was written, and what has to happen first', async () => {
    const { plan } = await renderFine(files, { environment: 'live' });
    expect(validateExecutionPlan(plan)).to.deep.equal({ ok: true, value: plan });
    const images = new Map(plan.images.map((image) => [image.name, image]));
    expect([...images.keys()]).to.deep.equal(['api', 'copy', 'fixed', 'tool', 'web']);
    expect(images.get('web')).to.deep.equal({
      name: 'web',
      reference: `nginx:1.29@${digestOf('a')}`,
      source: 'nginx:1.29',
    });
    expect(images.get('fixed')).to.deep.equal({
      name: 'fixed',
      reference: `redis@${digestOf('f')}`,
    });
    expect(images.get('copy')).to.deep.equal({
      name: 'copy',
      policy: 'mirror',
      reference: `registry.example.com/mirror/postgres:18@${digestOf('b')}`,
      source: 'postgres:18',
      mirror: {
        from: `postgres:18@${digestOf('b')}`,
        to: 'registry.example.com/mirror/postgres:18',
      },
    });
    const { reference, ...api } = images.get('api') ?? { reference: '' };
    expect(reference).to.match(/^registry\.example\.com\/api:c-[0-9a-f]{32}$/);
    const dockerfile = idOf(files['api/Dockerfile']);
    expect(api).to.deep.equal({
      name: 'api',
      policy: 'build',
      build: {
        context: {
          path: 'api',
          tree: directoryId([
            ['Dockerfile', dockerfile],
            ['src/main.js', idOf('run()')],
          ]),
        },
        dockerfile: { path: 'api/Dockerfile', id: dockerfile },
        target: 'run',
        args: { A: '1', B: '2' },
        bases: [
          { source: 'alpine:3', reference: `alpine:3@${digestOf('d')}` },
          { source: 'node:26', reference: `node:26@${digestOf('c')}` },
        ],
      },
    });
    expect(images.get('tool')?.build?.dockerfile.path).to.equal('build/Tool');
  });

  it('reach workloads, templates and the units that run them, as declared or pinned', async () => {
    const rendered = await renderFine(files);
    const web = textOf(rendered, 'manifests/web/deployment-web.yaml');
    const [container] = parse(web).spec.template.spec.containers;
    expect(container.image).to.equal(`nginx:1.29@${digestOf('a')}`);
    expect(container.env).to.deep.include({
      name: 'HELPER',
      value: `registry.example.com/mirror/postgres:18@${digestOf('b')}`,
    });
    const used = rendered.plan.units.map(({ name, images }) => [name, images]);
    expect(used).to.deep.equal([
      ['api', ['api']],
      ['plain', ['web']],
      ['web', ['copy', 'web']],
    ]);
  });

  it('are as they were where nothing is locked, built or mirrored', async () => {
    const { 'images.lock': _, ...unlocked } = files;
    expect(await findingsOf(unlocked)).to.deep.equal([]);
    expect((await imagesOf(unlocked)).get('web')).to.deep.equal({
      name: 'web',
      reference: 'nginx:1.29',
    });
  });
});

describe('the tag of a built image, from a source', () => {
  const change = (path: string, text: string): Files => ({ ...files, [path]: text });

  it('changes with exactly what the image is built from', async () => {
    const usual = { api: await referenceOf(files, 'api'), tool: await referenceOf(files, 'tool') };
    const changed: [string, Files, string[]][] = [
      ['a file of the context', change('api/src/main.js', 'run(1)'), ['api']],
      ['a new file in the context', change('api/new', ''), ['api']],
      ['the Dockerfile in the context', change('api/Dockerfile', 'FROM node:26 AS run\n'), ['api']],
      ['the Dockerfile outside of it', change('build/Tool', 'FROM scratch\n# x\n'), ['tool']],
      ['the other context', change('tool/a.go', 'package b'), ['tool']],
      ['a file that no image is built from', change('README.md', 'x'), []],
      ['an argument', change('services.yaml', services.replace('B: "2"', 'B: "3"')), ['api']],
      [
        'the target',
        change('services.yaml', services.replace('target: run', 'target: dev')),
        ['api'],
      ],
      [
        'the order of arguments',
        change('services.yaml', services.replace('B: "2", A: "1"', 'A: "1", B: "2"')),
        [],
      ],
      [
        'the digest of a base',
        change(
          'images.lock',
          printLock(new Map([...lock, ['docker.io/library/node:26', digestOf('e')]])),
        ),
        ['api'],
      ],
      [
        'the digest of another image',
        change(
          'images.lock',
          printLock(new Map([...lock, ['docker.io/library/nginx:1.29', digestOf('e')]])),
        ),
        [],
      ],
      [
        'the name of the image',
        change('services.yaml', services.replaceAll(/tool(?=: \{)/g, 'other')),
        [],
      ],
    ];
    for (const [what, texts, expected] of changed) {
      const images = await imagesOf(texts);
      const now = { api: images.get('api'), tool: images.get('tool') ?? images.get('other') };
      const differing = (['api', 'tool'] as const).filter(
        (name) => now[name]?.reference !== usual[name],
      );
      expect(differing, what).to.deep.equal(expected);
    }
  });

  it('changes for exactly the images that a changed byte belongs to, in any source', async () => {
    const contexts = ['a', 'a/b', 'c', '.'];
    const dockerfiles = ['a/Dockerfile', 'd/one', 'd/two'];
    const path = fc.constantFrom('a/x', 'a/b/x', 'a/b/y', 'c/x', 'd/x', 'x', ...dockerfiles);
    const declared = fc.record({
      context: fc.constantFrom(...contexts),
      dockerfile: fc.constantFrom(...dockerfiles),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(declared, { minLength: 1, maxLength: 4 }),
        path,
        async (specs, changed) => {
          const images = specs.map(
            ({ context, dockerfile }, index) =>
              `    i${index}: { type: build, repository: x/i, context: "${context}", dockerfile: ${dockerfile} }\n`,
          );
          const text = stackText(`  environments: { dev: }\n  images:\n${images.join('')}`);
          const source: Record<string, string> = { 'services.yaml': text };
          for (const file of ['a/x', 'a/b/x', 'a/b/y', 'c/x', 'd/x', 'x']) source[file] = file;
          for (const file of dockerfiles) source[file] = `FROM scratch\n# ${file}\n`;
          const before = await imagesOf(source);
          const after = await imagesOf({ ...source, [changed]: `${source[changed]} ` });
          for (const [index, { context, dockerfile }] of specs.entries()) {
            const belongs =
              context === '.' || changed.startsWith(`${context}/`) || changed === dockerfile;
            const name = `i${index}`;
            const isNew = before.get(name)?.reference !== after.get(name)?.reference;
            expect(isNew, `${context} ${dockerfile}`).to.equal(belongs);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is the same from memory, from a working tree full of build output, and from its commit', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'ck-images-'));
    try {
      const source = { ...files, '.gitignore': 'dist/\n*.log\n' };
      const output = {
        'api/dist/out.js': 'built',
        'api/npm.log': 'x',
        'tool/node_modules/m/m.js': '',
      };
      for (const [path, text] of Object.entries({ ...source, ...output })) {
        await mkdir(join(directory, 'a b', dirname(path)), { recursive: true });
        await writeFile(join(directory, 'a b', path), text);
      }
      const top = join(directory, 'a b');
      await git(top, ['init', '--quiet']);
      await git(top, ['add', '--all', '--', '.', ':!tool/node_modules']);
      const author = ['-c', 'user.name=a', '-c', 'user.email=a@example.com'];
      await git(top, [...author, 'commit', '--quiet', '--message', 'a']);
      const repository = await openRepository(top);
      const readers = [
        createMemoryReader(source),
        await createFilesystemReader(top),
        await repository.readerAt(await repository.resolve('HEAD'), ''),
      ];
      const hashes: string[] = [];
      for (const reader of readers) {
        const inputs = { reader, file: 'services.yaml', environment: 'live' };
        const result = await createRenderer().render(inputs);
        hashes.push(result.ok ? result.rendered.contentHash : JSON.stringify(result.diagnostics));
      }
      const { contentHash } = await renderFine(files, { environment: 'live' });
      expect(hashes).to.deep.equal([contentHash, contentHash, contentHash]);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  it('is new in a renderer that remembers the stack, as soon as the source is', async () => {
    const renderer = createRenderer();
    const render = async (texts: Files): Promise<unknown> => {
      const reader = createMemoryReader(texts);
      const result = await renderer.render({ reader, file: 'services.yaml', environment: 'dev' });
      return result.ok ? { ...result.rendered } : result.diagnostics;
    };
    for (const texts of [
      files,
      change('api/src/main.js', 'run(1)'),
      change('build/Tool', 'FROM scratch\n\n'),
      files,
      change('images.lock', printLock(new Map([...lock].slice(0, 3)))),
      change('images.lock', 'nonsense'),
      files,
    ]) {
      const reader = createMemoryReader(texts);
      const fresh = await createRenderer().render({
        reader,
        file: 'services.yaml',
        environment: 'dev',
      });
      expect(await render(texts)).to.deep.equal(
        fresh.ok ? { ...fresh.rendered } : fresh.diagnostics,
      );
    }
  });
});

describe('images.lock', () => {
  const key = fc
    .tuple(
      fc.constantFrom('docker.io', 'localhost:5000', '127.0.0.1:1'),
      fc.constantFrom('a', 'a/b-c', 'y'),
      fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,9}$/),
    )
    .map(([host, path, tag]) => `${host}/${path}:${tag}`);
  const digest = fc.stringMatching(/^[0-9a-f]{64}$/).map((hex) => `sha256:${hex}`);

  it('has the same bytes for the same digests, is valid, and reads back as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(key, digest), { selector: ([k]) => k, maxLength: 6 }),
        async (entries) => {
          const text = printLock(new Map(entries));
          expect(printLock(new Map(entries.toReversed()))).to.equal(text);
          const value: unknown = parse(text);
          expect(validateImagesLock(value).ok).to.equal(true);
          expect(value).to.have.deep.property('images', Object.fromEntries(entries));
          const stack = stackText('  environments: { dev: }\n');
          expect(await findingsOf({ 'services.yaml': stack, 'images.lock': text })).to.deep.equal(
            [],
          );
        },
      ),
      { numRuns: 30 },
    );
  });

  it('may be JSON as well', async () => {
    const json = JSON.stringify(parse(files['images.lock']));
    expect((await imagesOf({ ...files, 'images.lock': json })).get('web')?.reference).to.equal(
      `nginx:1.29@${digestOf('a')}`,
    );
  });

  it('keeps what is used, asks for what is missing or to be refreshed, and leaves out the rest', () => {
    const locked = new Map([
      ['a', '1'],
      ['b', '2'],
    ]);
    expect(compareLock(['c', 'a', 'c'], locked)).to.deep.equal({
      kept: new Map([['a', '1']]),
      wanted: ['c'],
      unused: ['b'],
    });
    expect(compareLock(['a'], locked, true)).to.deep.equal({
      kept: new Map(),
      wanted: ['a'],
      unused: ['b'],
    });
  });
});
