/**
 * Cuts a release of the renderer: `node tools/package/release.ts` packs it and keeps the tarball as
 * `renderer/released/<version>.tgz`. From then on the platform's services.yaml must render with it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { packRenderer, root } from './index.ts';
import { keepRelease } from './released.ts';

const directory = await mkdtemp(join(tmpdir(), 'ck-release-'));
try {
  const packed = await packRenderer(directory);
  const file = relative(root, await keepRelease(packed));
  process.stdout.write(
    `${file} ${Math.round(packed.bytes / 1024)} KiB; tarballs are ignored: git add --force ${file}\n`,
  );
} finally {
  await rm(directory, { recursive: true, force: true });
}
