/** Builds the portal into the directory named by the first argument: `node portal/src/build/main.ts DIRECTORY`. */
import { qwikVite } from '@builder.io/qwik/optimizer';
import { build, type Plugin } from 'vite';
import { portalFolder } from './fingerprint.ts';

const [outDir] = process.argv.slice(2);
if (outDir === undefined) throw new Error('usage: node portal/src/build/main.ts DIRECTORY');

// Qwik says that none of its modules has effects of its own; this one listens for every event of the page.
const keepLoader: Plugin = {
  name: 'keep-qwikloader',
  transform: (code, id) =>
    id.endsWith('/qwikloader.js')
      ? { code, map: null, moduleSideEffects: 'no-treeshake' }
      : undefined,
};

await build({
  configFile: false,
  envFile: false,
  root: portalFolder,
  logLevel: 'warn',
  // One bundle: splitting it would save nothing and cost a request for each component.
  plugins: [keepLoader, qwikVite({ csr: true, lint: false, entryStrategy: { type: 'inline' } })],
  build: {
    outDir,
    emptyOutDir: true,
    target: 'es2023',
    // Everything inline would need an exception in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
