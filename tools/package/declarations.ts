import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { root } from './root.ts';

const run = promisify(execFile);

/**
 * Writes the type declarations of entries and of everything they name, packages of this repository
 * included, so that they need nothing but themselves.
 */
export async function writeDeclarations(
  entries: readonly string[],
  directory: string,
): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'ck-types-'));
  try {
    const project = join(work, 'tsconfig.json');
    const options = {
      extends: join(root, 'tsconfig.json'),
      compilerOptions: {
        noEmit: false,
        emitDeclarationOnly: true,
        declaration: true,
        rootDir: root,
        typeRoots: [join(root, 'node_modules/@types')],
        outDir: directory,
      },
      files: entries.map((entry) => join(root, entry)),
      include: [],
    };
    await writeFile(project, JSON.stringify(options));
    await run(join(root, 'node_modules/.bin/tsc'), ['-p', project]);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  for (const file of await readdir(directory, { recursive: true }))
    if (file.endsWith('.d.ts')) await standAlone(directory, join(directory, file));
}

/** Names declarations instead of sources, and packages of this repository by their place. */
async function standAlone(directory: string, file: string): Promise<void> {
  const up = relative(join(file, '..'), directory).split(sep).join('/') || '.';
  const text = await readFile(file, 'utf8');
  const changed = text
    .replace(/(from |import\()(['"])@codex-k8s\/(\w+)\2/g, `$1$2${up}/$3/src/index.js$2`)
    .replace(/(from |import\()(['"])(\.[^'"]*)\.ts\2/g, '$1$2$3.js$2');
  await writeFile(file, changed);
}
