import { build, type Metafile, type Plugin } from 'esbuild';
import { builtinModules } from 'node:module';
import { basename, join } from 'node:path';
import { root } from './root.ts';
import { compiledValidators } from './validators.ts';

/** What a bundle was made of. */
export interface Bundle {
  /** Files that went into it, relative to the root of the repository. */
  inputs: readonly string[];
  /** Modules of Node that each entry may come to import, by name of the entry. */
  builtins: Readonly<Record<string, readonly string[]>>;
}

/**
 * Bundles entries with everything they need. What they share, and what is imported late, stays in
 * files of their own, so that a command reads only what it uses.
 *
 * @param entries output name by source file, relative to the root of the repository
 */
export async function bundle(
  entries: Readonly<Record<string, string>>,
  directory: string,
): Promise<Bundle> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { ...entries },
    outdir: directory,
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: ['node20', 'es2023'],
    // The same library as modules: what is not used is left out, and its names can be imported late.
    alias: { yaml: join(root, 'node_modules/yaml/browser/index.js') },
    plugins: [compiledValidators, builtinsAsModules, lightCommander],
    metafile: true,
    // Names stay: the stack of an error is to be read.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'silent',
  });
  return {
    inputs: Object.keys(metafile.inputs).toSorted(),
    builtins: Object.fromEntries(
      Object.keys(entries).map((name) => [name, builtinsOf(metafile, name)]),
    ),
  };
}

/** The renderer as a library, as a command and for browsers; they share what they have in common. */
export function bundleRenderer(directory: string): Promise<Bundle> {
  return bundle(
    {
      index: 'renderer/src/index.ts',
      cli: 'renderer/src/main.ts',
      browser: 'renderer/src/pure.ts',
    },
    directory,
  );
}

/** Packages in the old module format ask for modules of Node by `require`, which a module has not. */
const builtinsAsModules: Plugin = {
  name: 'builtins-as-modules',
  setup({ onResolve, onLoad }) {
    const names = new Set(builtinModules);
    onResolve({ filter: /^[a-z_/]+$/ }, ({ path, kind }) =>
      kind === 'require-call' && names.has(path) ? { path, namespace: 'builtin' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `export * from 'node:${path}';`,
    }));
  },
};

/**
 * Commander imports what it needs only for commands that are programs of their own, which we have
 * none of; Node takes longer to load that than to do the rest of its start.
 */
const lightCommander: Plugin = {
  name: 'light-commander',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:(?:child_process|process)$/ }, ({ path, importer }) =>
      /[/\\]node_modules[/\\]commander[/\\]/.test(importer)
        ? { path, namespace: 'light' }
        : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'light' }, ({ path }) => ({
      contents:
        path === 'node:process'
          ? 'export default globalThis.process;'
          : "export default { spawn() { throw new Error('no command is a program of its own'); } };",
    }));
  },
};

/** What an entry imports from Node, by way of every file of the bundle that it can reach. */
function builtinsOf({ outputs }: Metafile, entry: string): string[] {
  const start = Object.keys(outputs).find((path) => basename(path) === `${entry}.js`);
  const reached = new Set(start === undefined ? [] : [start]);
  const found = new Set<string>();
  for (const path of reached)
    for (const { path: target, external } of outputs[path]?.imports ?? [])
      if (external === true) found.add(target);
      else reached.add(target);
  return [...found].toSorted();
}
