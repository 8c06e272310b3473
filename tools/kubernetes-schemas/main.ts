/**
 * Writes what the renderer knows of Kubernetes – `renderer/src/object-schemas/bundled` – out of the
 * sources of its releases. Needs `go` and its module proxy; run it when a release is added:
 * `node_modules/.bin/node tools/kubernetes-schemas/main.ts`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { compactSchemas } from './compact.ts';
import { readLifecycles } from './lifecycles.ts';
import { goModule } from './modules.ts';

/** Releases whose schemas are bundled. */
const releases = ['v1.34.4', 'v1.35.4', 'v1.36.4'];
/** Releases of k8s.io/api, oldest first: later ones forget what is long gone. */
const apiReleases = ['v0.24.0', 'v0.36.4'];

const target = new URL('../../renderer/src/object-schemas/bundled/', import.meta.url);
await mkdir(target, { recursive: true });
for (const release of releases) {
  const schemas = await compactSchemas(await goModule('k8s.io/kubernetes', release));
  await write(`kubernetes-${release.split('.').slice(0, 2).join('.').slice(1)}.json`, schemas);
}
const modules: string[] = [];
for (const release of apiReleases) modules.push(await goModule('k8s.io/api', release));
await write('lifecycles.json', await readLifecycles(modules));

async function write(name: string, value: object): Promise<void> {
  const text = `${JSON.stringify(value, undefined, 2)}\n`;
  await writeFile(new URL(name, target), text);
  process.stderr.write(`${name}: ${text.length} bytes\n`);
}
