/**
 * `npm test`: starts the real parts that the suite needs, runs it, and ends with `N passed, N failed`.
 *
 *   npm test                                  everything
 *   npm test -- controller/src/queue          the test files below a folder
 *   npm test -- --grep 'kill -9'              tests whose title matches
 */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import Mocha from 'mocha';
import { ensureBinaries, readBootstrapConfig, startControlPlane } from '@codex-k8s/bootstrap';
import { startPostgres, temporaryDirectory } from '@codex-k8s/testing';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    grep: { type: 'string' },
    'no-parts': { type: 'boolean', default: false },
    bail: { type: 'boolean', default: false },
  },
});
const began = performance.now();
const stops: (() => Promise<void>)[] = [];
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    interrupted = true;
    void stopAll().finally(() => process.exit(130));
  });

try {
  const files = testFiles(positionals);
  if (!values['no-parts']) await startParts();
  const { passes, failures, pending } = await run(files);
  await stopAll();
  say(`suite: ${((performance.now() - began) / 1000).toFixed(0)} s`);
  process.stdout.write(
    `${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ''}\n`,
  );
  process.exit(failures === 0 && passes > 0 ? 0 : 1);
} catch (error) {
  process.stderr.write(
    `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  if (!interrupted) await stopAll();
  process.stdout.write('0 passed, 1 failed\n');
  process.exit(1);
}

function testFiles(chosen: readonly string[]): string[] {
  const patterns =
    chosen.length === 0
      ? [
          '{schema,renderer,controller,api,portal,bootstrap,testing,platform}/src/**/*.test.ts',
          'tools/**/*.test.ts',
          'bench/**/*.test.ts',
        ]
      : chosen.map((path) => (path.endsWith('.ts') ? path : `${path}/**/*.test.ts`));
  const files = globSync(patterns, { exclude: (path) => path === 'node_modules' }).toSorted();
  if (files.length === 0) throw new Error(`no test file matches ${patterns.join(' ')}`);
  return files;
}

/** One PostgreSQL and one control plane for the whole suite; each test takes its own database and namespaces. */
async function startParts(): Promise<void> {
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

async function run(
  files: readonly string[],
): Promise<{ passes: number; failures: number; pending: number }> {
  const mocha = new Mocha({
    timeout: 60_000,
    slow: 5000,
    reporter: 'spec',
    bail: values.bail,
    ...(values.grep === undefined ? {} : { grep: new RegExp(values.grep) }),
  });
  for (const file of files) mocha.addFile(file);
  await mocha.loadFilesAsync();
  return new Promise((resolve) => {
    const runner = mocha.run(() => {
      const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {};
      resolve({ passes, failures, pending });
    });
  });
}

async function stopAll(): Promise<void> {
  for (const stop of stops.splice(0).toReversed())
    await stop().catch((error: unknown) => say(`stopping: ${String(error)}`));
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
