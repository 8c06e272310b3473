import { spawn } from 'node:child_process';
import { chmod, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { BootstrapError } from '../errors/index.ts';
import { lowerPriority } from '../processes/index.ts';
import type { FetchOutcome } from './download.ts';
import { versions, type BinaryName } from './versions.ts';

export interface GoBuilderOptions {
  /** Folder with the wrapper modules (`golang/`). */
  modules: string;
  scratch: string;
  environment: Record<string, string>;
  signal?: AbortSignal;
}

export interface GoBuilder {
  /** Builds from the modules pinned by the committed go.sum, at low priority. Throws `CK-LOCAL-003`. */
  build(
    name: BinaryName,
    destination: string,
    onStep: (step: { fetched: number; compiled: number }) => void,
  ): Promise<FetchOutcome>;
}

interface Program {
  module: string;
  package: string;
  /** Linker settings that tell the program its version. */
  set: Record<string, string>;
}

const [major = '', minor = ''] = versions.kubernetes.split('.');
const kubernetes = (name: string): Program => ({
  module: 'kubernetes',
  package: `k8s.io/kubernetes/cmd/${name}`,
  set: {
    'k8s.io/component-base/version.gitVersion': `v${versions.kubernetes}`,
    'k8s.io/component-base/version.gitMajor': major,
    'k8s.io/component-base/version.gitMinor': minor,
  },
});

const programs: Record<BinaryName, Program> = {
  etcd: { module: 'etcd', package: 'go.etcd.io/etcd/server/v3', set: {} },
  'kube-apiserver': kubernetes('kube-apiserver'),
  'kube-controller-manager': kubernetes('kube-controller-manager'),
  'kube-scheduler': kubernetes('kube-scheduler'),
  kwok: {
    module: 'kwok',
    package: 'sigs.k8s.io/kwok/cmd/kwok',
    set: { 'sigs.k8s.io/kwok/pkg/consts.Version': `v${versions.kwok}` },
  },
};

/** Builds the binaries with the machine's Go. */
export function createGoBuilder(options: GoBuilderOptions): GoBuilder {
  const environment = {
    ...options.environment,
    CGO_ENABLED: '0',
    GOFLAGS: '-mod=readonly',
    GOWORK: 'off',
  };
  const go = (
    module: string,
    parameters: string[],
    onLine?: (line: string) => void,
  ): Promise<Ended> =>
    run(['go', ...parameters], join(options.modules, module), environment, options.signal, onLine);
  let missing: Promise<string | undefined> | undefined;

  const build: GoBuilder['build'] = async (name, destination, onStep) => {
    const program = programs[name];
    missing ??= findGoProblem(() => go(program.module, ['version']));
    const reason = await missing;
    if (reason !== undefined) return { kind: 'unavailable', reason };
    const output = join(options.scratch, `${name}.built`);
    const flags = Object.entries(program.set).map(([key, value]) => `-X ${key}=${value}`);
    const step = { fetched: 0, compiled: 0 };
    const { code, errors } = await go(
      program.module,
      [
        'build',
        '-v',
        '-trimpath',
        '-ldflags',
        ['-s', '-w', ...flags].join(' '),
        '-o',
        output,
        program.package,
      ],
      (line) => {
        if (line.startsWith('go: downloading')) step.fetched += 1;
        else if (!line.startsWith('go:')) step.compiled += 1;
        onStep(step);
      },
    );
    options.signal?.throwIfAborted();
    if (code !== 0) throw buildFailed(name, errors);
    await chmod(output, 0o755);
    await rename(output, destination);
    return { kind: 'fetched' };
  };
  return { build };
}

interface Ended {
  code: number | undefined;
  errors: string;
}

/** Runs in the module's folder, so that Go chooses the toolchain that the module asks for. */
async function findGoProblem(version: () => Promise<Ended>): Promise<string | undefined> {
  const { code, errors } = await version();
  if (code === 0) return undefined;
  return code === undefined ? 'Go is not installed' : `Go cannot build it: ${errors.trim()}`;
}

function run(
  [program = '', ...parameters]: string[],
  cwd: string,
  env: Record<string, string>,
  signal: AbortSignal | undefined,
  onLine: (line: string) => void = () => undefined,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
    const stop = (): boolean => child.kill('SIGINT');
    signal?.addEventListener('abort', stop, { once: true });
    // The product itself and whatever the user does meanwhile go before a build in the background.
    if (child.pid !== undefined) lowerPriority(child.pid);
    let errors = '';
    let rest = '';
    child.stderr.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
      errors = `${errors}${chunk.toString()}`.slice(-4_000);
    });
    child.once('error', (error) =>
      'code' in error && error.code === 'ENOENT'
        ? resolve({ code: undefined, errors: '' })
        : reject(error),
    );
    child.once('close', (code) => {
      signal?.removeEventListener('abort', stop);
      resolve({ code: code ?? 1, errors });
    });
  });
}

function buildFailed(name: BinaryName, errors: string): BootstrapError {
  return new BootstrapError({
    code: 'CK-LOCAL-003',
    message: `building ${name} with Go failed:\n${errors.trim().split('\n').slice(-15).join('\n')}`,
    where: { binary: name },
    hint: 'see the last lines above; a Go module proxy must be reachable (GOPROXY). Or set KUBEBUILDER_ASSETS, or name a cluster with --kubeconfig and --context',
  });
}
