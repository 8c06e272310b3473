/** `npm run reset`: stops what an earlier `npm start` left running and removes its state. */
import { rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { stopControlPlane } from '@codex-k8s/bootstrap';

const directory = resolve('.codex-k8s');
if (await exists(directory)) {
  const cluster = join(directory, 'cluster');
  if (await exists(cluster)) await stopControlPlane(cluster);
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  process.stderr.write('removed .codex-k8s: the next npm start begins anew\n');
} else process.stderr.write('nothing to remove: there is no .codex-k8s here\n');

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
