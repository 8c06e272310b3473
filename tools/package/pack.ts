import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundle, bundleRenderer, type Bundle } from './bundle.ts';
import { writeDeclarations } from './declarations.ts';
import { thirdPartyNotices } from './notices.ts';
import { root } from './root.ts';

const run = promisify(execFile);

/** A package as it is published. */
export interface PackedPackage {
  name: string;
  version: string;
  /** The unpacked package, ready to be run. */
  directory: string;
  /** Path of the .tgz. */
  tarball: string;
  /** Size of the .tgz. */
  bytes: number;
  bundle: Bundle;
}

/**
 * Packs `@codex-k8s/renderer`: plain JavaScript for Node 20 and newer that brings everything it
 * needs, so that it installs as one file and its tree of dependencies is empty.
 *
 * @param out directory for the tarball and, below it, the unpacked package
 */
export async function packRenderer(out: string): Promise<PackedPackage> {
  const directory = await emptyDirectory(join(out, 'renderer'));
  const made = await bundleRenderer(join(directory, 'dist'));
  await writeDeclarations(
    ['renderer/src/index.ts', 'renderer/src/pure.ts', 'schema/src/index.ts'],
    join(directory, 'types'),
  );
  await copySchemas(directory);
  return pack(out, directory, 'renderer', made);
}

/** Packs `@codex-k8s/schema` in the same way: schemas, types and validators. */
export async function packSchema(out: string): Promise<PackedPackage> {
  const directory = await emptyDirectory(join(out, 'schema'));
  const made = await bundle({ index: 'schema/src/index.ts' }, join(directory, 'dist'));
  await writeDeclarations(['schema/src/index.ts'], join(directory, 'types'));
  await copySchemas(directory);
  return pack(out, directory, 'schema', made);
}

async function copySchemas(directory: string): Promise<void> {
  await cp(join(root, 'schema/schemas'), join(directory, 'schemas'), { recursive: true });
}

/** What differs from the workspace's package.json, where `exports` leads to the sources. */
const published = {
  renderer: {
    bin: { 'codex-k8s-renderer': 'dist/cli.js' },
    exports: {
      '.': {
        types: './types/renderer/src/index.d.ts',
        browser: './dist/browser.js',
        default: './dist/index.js',
      },
      './browser': { types: './types/renderer/src/pure.d.ts', default: './dist/browser.js' },
      './schemas/*': './schemas/*',
      './package.json': './package.json',
    },
  },
  schema: {
    exports: {
      '.': { types: './types/schema/src/index.d.ts', default: './dist/index.js' },
      './schemas/*': './schemas/*',
      './package.json': './package.json',
    },
  },
} as const;

async function pack(
  out: string,
  directory: string,
  name: keyof typeof published,
  made: Bundle,
): Promise<PackedPackage> {
  const source: unknown = JSON.parse(await readFile(join(root, name, 'package.json'), 'utf8'));
  const { version, description } = stringFields(source);
  const manifest = {
    name: `@codex-k8s/${name}`,
    version,
    description,
    license: 'Apache-2.0',
    type: 'module',
    engines: { node: '>=20' },
    sideEffects: false,
    ...published[name],
  };
  await writeFile(join(directory, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  await cp(join(root, 'LICENSE'), join(directory, 'LICENSE'));
  await writeFile(join(directory, 'THIRD-PARTY.md'), await thirdPartyNotices(made.inputs));
  // Scripts of a stranger's configuration have no business here.
  const args = ['pack', '--ignore-scripts', '--silent', '--pack-destination', out];
  await run('npm', args, { cwd: directory });
  const tarball = join(out, `codex-k8s-${name}-${version}.tgz`);
  const { size } = await stat(tarball);
  return { name: manifest.name, version, directory, tarball, bytes: size, bundle: made };
}

async function emptyDirectory(directory: string): Promise<string> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  return directory;
}

function stringFields(manifest: unknown): { version: string; description: string } {
  if (typeof manifest === 'object' && manifest !== null) {
    const version: unknown = Reflect.get(manifest, 'version');
    const description: unknown = Reflect.get(manifest, 'description');
    if (typeof version === 'string' && typeof description === 'string')
      return { version, description };
  }
  throw new Error('package.json has no version or description');
}
