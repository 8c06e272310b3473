import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Programs to compare with; undefined where they were not found. */
export interface Peers {
  kustomize: string | undefined;
  helm: string | undefined;
}

/** Looks in a directory first, then on PATH, and says what is left out. */
export function findPeers(directory: string | undefined): Peers {
  const find = (name: string): string | undefined => {
    const candidates = directory === undefined ? [name] : [join(directory, name), name];
    const found = candidates.find(
      (candidate) => spawnSync(candidate, ['version'], { stdio: 'ignore' }).error === undefined,
    );
    if (found === undefined)
      process.stderr.write(
        `${name} is left out: it was not found (BENCH_PEERS names a folder that holds it)\n`,
      );
    return found;
  };
  return { kustomize: find('kustomize'), helm: find('helm') };
}

/** What a program says its version is. */
export function versionOf(program: string): string {
  return spawnSync(program, ['version', ...(program.endsWith('helm') ? ['--short'] : [])], {
    encoding: 'utf8',
  }).stdout.trim();
}
