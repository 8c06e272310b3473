import { spawnSync } from 'node:child_process';
import type { ScenarioProject } from './scenario.ts';
import { gitOut, stateHead } from './watching.ts';

/** Puts a tree on the state branch as somebody's own commit. */
export function commitTree(project: ScenarioProject, tree: string): void {
  const commit = gitOut(project.stateRepository, [
    '-c',
    'user.name=Someone',
    '-c',
    'user.email=someone@example.com',
    'commit-tree',
    '-m',
    'by hand',
    '-p',
    stateHead(project),
    tree,
  ]);
  gitOut(project.stateRepository, ['update-ref', 'refs/heads/env/dev', commit]);
}

/** Adds a file at the root of the state branch, as somebody else's commit. */
export function addNotes(project: ScenarioProject): void {
  const blob = withInput(project, ['hash-object', '-w', '--stdin'], 'words\n');
  const root = gitOut(project.stateRepository, ['ls-tree', 'env/dev']);
  commitTree(project, withInput(project, ['mktree'], `${root}\n100644 blob ${blob}\tNOTES.md\n`));
}

/** Changes one value of a rendered manifest, as somebody's own commit. */
export function editByHand(project: ScenarioProject): void {
  const path = 'shop/manifests/a/configmap-shop-a.yaml';
  const text = gitOut(project.stateRepository, ['show', `env/dev:${path}`]).replace(
    /value: .*/,
    'value: "by hand"',
  );
  let oid = withInput(project, ['hash-object', '-w', '--stdin'], `${text}\n`);
  let kind = '100644 blob';
  const parts = path.split('/');
  while (parts.length > 0) {
    const name = parts.pop() ?? '';
    const folder = parts.length === 0 ? 'env/dev' : `env/dev:${parts.join('/')}`;
    const entries = gitOut(project.stateRepository, ['ls-tree', folder])
      .split('\n')
      .filter((line) => !line.endsWith(`\t${name}`));
    oid = withInput(project, ['mktree'], `${[...entries, `${kind} ${oid}\t${name}`].join('\n')}\n`);
    kind = '040000 tree';
  }
  commitTree(project, oid);
}

/** Takes every stack directory away, as somebody's own commit. */
export function emptyBranch(project: ScenarioProject): void {
  commitTree(project, withInput(project, ['mktree'], ''));
}

function withInput(project: ScenarioProject, parameters: readonly string[], input: string): string {
  return spawnSync('git', ['-C', project.stateRepository, ...parameters], {
    input,
    encoding: 'utf8',
  }).stdout.trim();
}
