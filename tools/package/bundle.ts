import { build, type Metafile, type Plugin } from 'esbuild';
import { join } from 'node:path';
import { root } from './root.ts';
import { compiledValidators } from './validators.ts';

/** What a bundle was made of. */
export interface Bundle {
  /** Files that went into it, relative to the root of the repository. */
  inputs: readonly string[];
  /** Modules of Node that it still imports. */
  builtins: readonly string[];
}

/** What both bundles share: readable stack traces, no comments, no source text twice. */
const shared = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  metafile: true,
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'silent',
} as const;

/**
 * Bundles entries for Node with everything they need; what is imported late stays in a file of its
 * own, so that a command reads only what it uses.
 *
 * @param entries output name by source file, relative to the root of the repository
 */
export async function bundleForNode(
  entries: Readonly<Record<string, string>>,
  directory: string,
): Promise<Bundle> {
  const { metafile } = await build({
    ...shared,
    entryPoints: { ...entries },
    outdir: directory,
    platform: 'node',
    target: 'node20',
    // The same library as modules: what is not used is left out, and its names can be imported late.
    alias: { yaml: join(root, 'node_modules/yaml/browser/index.js') },
    plugins: [compiledValidators],
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    // Packages in the old module format look for `require`, which a module does not have.
    banner: {
      js: "import{createRequire as ckRequire}from'node:module';const require=ckRequire(import.meta.url);",
    },
  });
  return describe(metafile);
}

/** Bundles one entry for a browser or a worker in it: one file that imports nothing. */
export async function bundleForBrowser(entry: string, file: string): Promise<Bundle> {
  const { metafile } = await build({
    ...shared,
    entryPoints: [entry],
    outfile: file,
    platform: 'browser',
    target: 'es2023',
    plugins: [compiledValidators, refuseNode],
  });
  return describe(metafile);
}

/** A browser has no modules of Node: one that slips in is an error, not an empty object. */
const refuseNode: Plugin = {
  name: 'refuse-node',
  setup({ onResolve }) {
    onResolve({ filter: /^node:/ }, ({ path, importer }) => ({
      errors: [{ text: `${importer} imports ${path}, which no browser has` }],
    }));
  },
};

function describe(metafile: Metafile): Bundle {
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  const external = imports.filter((entry) => entry.external === true).map(({ path }) => path);
  return {
    inputs: Object.keys(metafile.inputs).toSorted(),
    builtins: [...new Set(external)].toSorted(),
  };
}
