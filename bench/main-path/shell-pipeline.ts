import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { serviceFiles, unitName } from './workload.ts';

/** The tools that the usual pipeline needs. */
export interface PipelineTools {
  kustomize: string;
  kubectl: string;
}

/** Where the peers' tools are, or undefined with the reason on stderr. */
export function findPipelineTools(directory: string | undefined): PipelineTools | undefined {
  const find = (name: string): string | undefined => {
    for (const candidate of directory === undefined ? [name] : [join(directory, name), name])
      if (spawnSync(candidate, ['version', '--client'], { stdio: 'ignore' }).error === undefined)
        return candidate;
    return undefined;
  };
  const [kustomize, kubectl] = [find('kustomize'), find('kubectl')];
  if (kustomize !== undefined && kubectl !== undefined) return { kustomize, kubectl };
  process.stderr.write(
    'the shell pipeline is left out: kustomize and kubectl were not found (BENCH_PEERS names a folder that holds them)\n',
  );
  return undefined;
}

/**
 * The pipeline that people write today, once per push: clone, `kustomize build`, commit and push the
 * result to a state repository, `kubectl apply --server-side`. Returns milliseconds until the push and
 * until the apply had ended.
 */
export function createShellPipeline(options: {
  tools: PipelineTools;
  directory: string;
  services: number;
  namespace: string;
  kubeconfig: string;
}): (push: number) => { committed: number; applied: number } {
  const { tools, directory, services, namespace, kubeconfig } = options;
  const source = join(directory, 'kustomize-source.git');
  const state = join(directory, 'kustomize-state.git');
  const edit = join(directory, 'kustomize-edit');
  for (const bare of [source, state])
    git(directory, ['init', '--quiet', '--bare', '--initial-branch=main', bare]);
  git(directory, ['clone', '--quiet', source, edit]);
  const resources: string[] = [];
  for (let index = 0; index < services; index += 1)
    for (const [path, text] of serviceFiles(index, 0)) {
      resources.push(path);
      mkdirSync(join(edit, 'k8s', unitName(index)), { recursive: true });
      writeFileSync(join(edit, path), text);
    }
  writeFileSync(
    join(edit, 'kustomization.yaml'),
    `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: ${namespace}\nresources:\n${resources.map((path) => `  - ${path}\n`).join('')}`,
  );
  commit(edit, 'the stack');
  const seed = join(directory, 'kustomize-seed');
  git(directory, ['clone', '--quiet', state, seed]);
  writeFileSync(join(seed, 'README.md'), 'state\n');
  commit(seed, 'begin');

  return (push) => {
    for (const [path, text] of serviceFiles((push - 1) % services, push))
      writeFileSync(join(edit, path), text);
    commit(edit, `push ${push}`);
    const work = join(directory, `pipeline-${push}`);
    mkdirSync(work);
    const began = performance.now();
    git(work, ['clone', '--quiet', '--depth=1', `file://${source}`, 'source']);
    const rendered = execFileSync(tools.kustomize, ['build', join(work, 'source')], {
      maxBuffer: 1 << 28,
    });
    git(work, ['clone', '--quiet', '--depth=1', `file://${state}`, 'state']);
    writeFileSync(join(work, 'state', 'manifests.yaml'), rendered);
    commit(join(work, 'state'), `push ${push}`);
    const committed = performance.now() - began;
    execFileSync(
      tools.kubectl,
      [
        '--kubeconfig',
        kubeconfig,
        'apply',
        '--server-side',
        '--force-conflicts',
        '--field-manager=pipeline',
        '-f',
        join(work, 'state', 'manifests.yaml'),
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    const applied = performance.now() - began;
    rmSync(work, { recursive: true, force: true });
    return { committed, applied };
  };
}

function commit(directory: string, message: string): void {
  git(directory, ['add', '--all']);
  git(directory, [
    '-c',
    'user.name=Bench',
    '-c',
    'user.email=bench@example.com',
    'commit',
    '--quiet',
    '--allow-empty',
    '-m',
    message,
  ]);
  git(directory, ['push', '--quiet', 'origin', 'HEAD:main']);
}

function git(directory: string, parameters: readonly string[]): void {
  execFileSync('git', ['-C', directory, ...parameters], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' },
  });
}
