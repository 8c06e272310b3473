import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { ensureBinaries, readBootstrapConfig, startControlPlane } from '@codex-k8s/bootstrap';
import { startPostgres, temporaryDirectory } from '@codex-k8s/testing';

/** Ends one of the started parts. */
export type Stop = () => Promise<void>;

/** One PostgreSQL and one control plane for the whole suite; each test takes its own database and namespaces. */
export async function startParts(stops: Stop[]): Promise<void> {
  ensureBrowser();
  await Promise.all([
    step('PostgreSQL', async () => {
      const postgres = await startPostgres();
      stops.push(() => postgres.stop());
      process.env['CODEXK8S_TEST_POSTGRES_URL'] = postgres.adminUrl;
    }),
    step('control plane', async () => {
      const binaries = await ensureBinaries({
        ...readBootstrapConfig(),
        onProgress: (progress) => say(progress.message),
      });
      const { path, remove } = await temporaryDirectory('codex-k8s-suite-');
      const plane = await startControlPlane({ directory: path, binaries, durable: false });
      stops.push(async () => {
        await plane.stop();
        await remove();
      });
      await plane.ready.node;
      process.env['CODEXK8S_TEST_KUBECONFIG'] = plane.kubeconfigPath;
    }),
  ]);
}

async function step(name: string, work: () => Promise<void>): Promise<void> {
  const start = performance.now();
  await work();
  say(`${name} ready in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

/** The portal's tests look at it in a real browser; where it can be installed without asking, it is. */
function ensureBrowser(): void {
  const known = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  if (
    known.some((path) => existsSync(path)) ||
    process.getuid?.() !== 0 ||
    !existsSync('/usr/bin/apt-get')
  )
    return;
  say('installing Chromium for the portal tests …');
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
  const installed = spawnSync(
    'apt-get',
    ['install', '-y', '-qq', '--no-install-recommends', 'chromium'],
    { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } },
  );
  say(
    installed.status === 0
      ? 'Chromium installed'
      : 'Chromium could not be installed; the browser tests are skipped',
  );
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
