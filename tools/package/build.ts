/**
 * Packs what is published: `node tools/package/build.ts [DIRECTORY]` writes the tarballs of
 * `@codex-k8s/renderer` and `@codex-k8s/schema` to a directory, `dist/` by default.
 */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { packRenderer, packSchema, root } from './index.ts';

const out = resolve(process.argv[2] ?? join(root, 'dist'));
await mkdir(out, { recursive: true });
for (const pack of [packRenderer, packSchema]) {
  const { tarball, bytes } = await pack(out);
  process.stdout.write(`${tarball} ${(bytes / 1024).toFixed(0)} KiB\n`);
}
