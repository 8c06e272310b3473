import { spawnSync } from 'node:child_process';
import type { KubernetesObject } from '@codex-k8s/controller';
import { eventually } from '@codex-k8s/testing';
import type { Scenario, ScenarioProject } from './scenario.ts';

/** A run as a test looks at it. */
export interface SeenRun {
  id: string;
  stack: string;
  source_sha: string;
  status: string;
  phase: string;
  outcome: string | null;
  state_commit: string | null;
  error: { code: string; message: string; hint?: string } | null;
  diagnostics: { file?: string; line?: number; column?: number; hint?: string }[];
}

/** Every run of a project's environment, oldest first. */
export function runsOf(scenario: Scenario, project: ScenarioProject): Promise<SeenRun[]> {
  return scenario.db.query<SeenRun>(
    'select id, stack, source_sha, status, phase, outcome, state_commit, error, diagnostics from core.agent_runs where environment_id = $1 order by created_at, id',
    [project.environmentId],
  );
}

/** Waits until the run of this commit has ended, and returns it. */
export async function endedRun(
  scenario: Scenario,
  project: ScenarioProject,
  sha: string,
  timeoutMs = 30_000,
): Promise<SeenRun> {
  return eventually(
    async () => {
      const runs = (await runsOf(scenario, project)).filter((run) => run.source_sha === sha);
      const ended = runs.findLast((run) => ['succeeded', 'failed'].includes(run.status));
      if (!ended)
        throw new Error(`no run of ${sha.slice(0, 8)} has ended: ${JSON.stringify(runs)}`);
      return ended;
    },
    { timeoutMs },
  );
}

/** Waits until the environment is healthy at the head of its state branch. */
export async function settled(
  scenario: Scenario,
  project: ScenarioProject,
  timeoutMs = 30_000,
): Promise<void> {
  await eventually(
    async () => {
      const [row] = await scenario.db.query<{
        health: string;
        last_applied_commit: string | null;
        conditions: unknown[];
      }>('select health, last_applied_commit, conditions from core.environments where id = $1', [
        project.environmentId,
      ]);
      const head = stateHead(project);
      if (row?.health !== 'healthy' || row.last_applied_commit !== head)
        throw new Error(`not settled: ${JSON.stringify(row)}, head ${head}`);
    },
    { timeoutMs },
  );
}

/** The conditions that the environment reports now. */
export async function conditionsOf(
  scenario: Scenario,
  project: ScenarioProject,
): Promise<string[]> {
  const [row] = await scenario.db.query<{ conditions: { type: string }[] }>(
    'select conditions from core.environments where id = $1',
    [project.environmentId],
  );
  return (row?.conditions ?? []).map((condition) => condition.type);
}

/** The head of the environment's state branch. */
export function stateHead(project: ScenarioProject): string {
  return gitOut(project.stateRepository, [
    'rev-parse',
    '--verify',
    '--quiet',
    'refs/heads/env/dev',
  ]);
}

/** The platform's commits on the state branch that changed the stack, newest first, with their run ids. */
export function stateCommits(
  project: ScenarioProject,
  stack: string,
): { commit: string; runs: string[]; sources: string[] }[] {
  const out = gitOut(project.stateRepository, [
    'log',
    '--format=%H|%(trailers:key=Codex-Run,valueonly,separator=%x2C)|%(trailers:key=Codex-Stack,valueonly,separator=%x2C)',
    'refs/heads/env/dev',
    '--',
    stack,
  ]);
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [commit = '', runs = '', stacks = ''] = line.split('|');
      return {
        commit,
        runs: runs.split(',').filter(Boolean),
        sources: stacks.split(',').map((value) => value.split(' ')[2] ?? ''),
      };
    });
}

/** Runs git in a repository and returns what it printed. */
export function gitOut(repository: string, parameters: readonly string[]): string {
  const result = spawnSync('git', ['-C', repository, ...parameters], {
    encoding: 'utf8',
    env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
  });
  return result.stdout.trim();
}

/** A ConfigMap of the project's namespace, or undefined. */
export async function configMap(
  scenario: Scenario,
  project: ScenarioProject,
  name: string,
): Promise<(KubernetesObject & { data?: Record<string, string> }) | undefined> {
  return scenario.cluster
    .get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: project.namespace, name })
    .catch((error: unknown) => {
      if ((error as { kind?: string }).kind === 'not-found') return undefined;
      throw error;
    });
}
