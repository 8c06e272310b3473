import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeMachine } from '../machine.ts';
import { figures, round } from '../measure.ts';
import type { Figures } from '../measure.ts';
import { cpuMilliseconds } from '../process-cpu.ts';
import { writeResult } from '../results.ts';
import { createClient } from './client.ts';
import type { Client } from './client.ts';
import { followRuns } from './follow.ts';
import type { Follower } from './follow.ts';
import { startMeasured } from './processes.ts';
import { perPush, readSums } from './shares.ts';
import { install } from './setup.ts';
import type { Installation } from './setup.ts';
import { createShellPipeline, findPipelineTools } from './shell-pipeline.ts';

/** Runs the benchmark of the main path and writes its result. */
export async function run({ quick }: { quick: boolean }): Promise<void> {
  const singles = quick ? 10 : 50;
  // The largest burst comes twice, as it does for the empty handler: the first round warms both up.
  const bursts: [string, number][] = quick
    ? [
        ['1', 1],
        ['50', 50],
      ]
    : [
        ['1', 1],
        ['50', 50],
        ['500, first', 500],
        ['500', 500],
      ];
  const openLoop = quick ? 100 : 1000;
  const services = 100;
  // Every push has its own commit, made beforehand: singles, then one for each burst and each moment of the open loop.
  const pushes = 10 + singles + bursts.length + 2 * openLoop;
  say(`preparing: PostgreSQL, a control plane, ${services} services, ${pushes} commits …`);
  const installation = await install({ services, pushes });
  const refs = openRefs(installation.source);
  const client = createClient(String(installation.api.ready['public']), installation.push, 64);
  const { commits } = installation.workload;
  const follower = await followRuns(
    installation.db,
    installation.environmentId,
    new Map(commits.map((sha, place) => [sha, place])),
  );
  const drive: Drive = { installation, refs, client, follower, next: 0 };
  try {
    const first = await bring(drive);
    say(`first deploy of ${services * 3} objects: healthy in ${round(first.healthy)} ms`);
    for (let warm = 0; warm < 5; warm += 1) await bring(drive);
    const before = await readSums(installation);
    const single = await measureSingles(drive, singles);
    const shares = perPush(before, await readSums(installation), singles);
    say(
      `one push: committed p50 ${single.committed.p50} ms, applied p50 ${single.applied.p50} ms, healthy p50 ${single.healthy.p50} ms`,
    );
    const burst: Record<string, Burst> = {};
    for (const [name, size] of bursts) {
      burst[name] = await measureBurst(drive, size);
      say(`${name} at once: ${JSON.stringify(burst[name])}`);
    }
    const open = await measureOpenLoop(drive, openLoop, 100);
    say(`open loop: ${JSON.stringify(open)}`);
    // A hundred roll-outs a second are more than two cores of a simulated cluster can take; the same
    // rate without them shows the platform's own part.
    await installation.apply.stop();
    const openWithoutCluster = await measureOpenLoop(drive, openLoop, 100, 'committed');
    say(`open loop, cluster idle: ${JSON.stringify(openWithoutCluster)}`);
    const empty = await measureEmptyHandler(installation, quick ? 50 : 500);
    say(`empty handler: ${JSON.stringify(empty)}`);
    const pipeline = measurePipeline(installation, services, quick ? 3 : 10);
    if (pipeline) say(`shell pipeline: ${JSON.stringify(pipeline)}`);
    const [outcome] = await installation.db.query<{
      state_commits: number;
      runs: number;
      pending: number;
      deadlocks: number;
    }>(
      `select (select count(*)::int from core.state_commits) as state_commits, (select count(*)::int from core.agent_runs) as runs,
         (select count(*)::int from core.delivery_outcomes where outcome = 'pending') as pending,
         (select deadlocks::int from pg_stat_database where datname = current_database()) as deadlocks`,
    );
    await writeResult('main-path', {
      machine: describeMachine(),
      workload: {
        services,
        objects: services * 3,
        pushes: drive.next,
        changedPerPush: 'one Deployment manifest',
      },
      firstDeployMs: round(first.healthy),
      single,
      burst,
      open,
      openWithoutCluster,
      emptyHandler: empty,
      shellPipeline: pipeline ?? 'left out: kustomize or kubectl not found',
      sharesOfOnePush: shares,
      stateCommits: outcome?.state_commits,
      runs: outcome?.runs,
      lostUpdates: outcome?.pending,
      deadlocks: outcome?.deadlocks,
    });
  } finally {
    await client.close();
    await follower.close();
    refs.close();
    await installation.close();
  }
}

interface Drive {
  installation: Installation;
  refs: ReturnType<typeof openRefs>;
  client: Client;
  follower: Follower;
  next: number;
}

interface Burst {
  answers: Figures;
  drainedMs: number;
  stateCommits: number;
}

/** One push: the ref moves to the next commit, its delivery is posted, and its run is followed to the end. */
async function bring(
  drive: Drive,
): Promise<{ answer: number; committed: number; applied: number; healthy: number }> {
  const sha = await advance(drive);
  const began = performance.now();
  const healthy = drive.follower.healthy(sha);
  const answer = await drive.client.post();
  const steps = await healthy;
  return {
    answer,
    committed: (steps.committed ?? Number.NaN) - began,
    applied: (steps.applied ?? Number.NaN) - began,
    healthy: (steps.healthy ?? Number.NaN) - began,
  };
}

async function measureSingles(
  drive: Drive,
  count: number,
): Promise<{
  answer: Figures;
  committed: Figures;
  applied: Figures;
  healthy: Figures;
  cpuMsPerPush: Record<string, number>;
}> {
  const { api, controller, apply } = drive.installation;
  const before = [api, controller, apply].map(({ pid }) => cpuMilliseconds(pid));
  const samples = [];
  for (let index = 0; index < count; index += 1) samples.push(await bring(drive));
  const used = [api, controller, apply].map(
    ({ pid }, index) => (cpuMilliseconds(pid) - (before[index] ?? 0)) / count,
  );
  return {
    answer: figures(samples.map((sample) => sample.answer)),
    committed: figures(samples.map((sample) => sample.committed)),
    applied: figures(samples.map((sample) => sample.applied)),
    healthy: figures(samples.map((sample) => sample.healthy)),
    cpuMsPerPush: {
      api: round(used[0] ?? 0),
      controller: round(used[1] ?? 0),
      apply: round(used[2] ?? 0),
    },
  };
}

/** Many deliveries at the same moment; drained when the newest commit is applied and healthy. */
async function measureBurst(drive: Drive, size: number): Promise<Burst> {
  const commitsBefore = await stateCommits(drive);
  const sha = await advance(drive);
  const began = performance.now();
  const healthy = drive.follower.healthy(sha);
  const answers = await Promise.all(Array.from({ length: size }, () => drive.client.post()));
  const steps = await healthy;
  await drained(drive);
  return {
    answers: figures(answers),
    drainedMs: round(Math.max(steps.healthy ?? 0, performance.now()) - began),
    stateCommits: (await stateCommits(drive)) - commitsBefore,
  };
}

/** Deliveries at a fixed rate whatever the answers do, each with a commit of its own. */
async function measureOpenLoop(
  drive: Drive,
  count: number,
  perSecond: number,
  until: 'committed' | 'healthy' = 'healthy',
): Promise<Burst & { perSecond: number }> {
  const commitsBefore = await stateCommits(drive);
  const began = performance.now();
  const answers: Promise<number>[] = [];
  let last = '';
  for (let index = 0; index < count; index += 1) {
    const due = began + (index * 1000) / perSecond;
    const wait = due - performance.now();
    if (wait > 1) await sleep(wait);
    last = await advance(drive);
    answers.push(drive.client.post());
  }
  const times = await Promise.all(answers);
  const posted = performance.now();
  await drive.follower[until](last);
  await drained(drive, until);
  return {
    perSecond,
    answers: figures(times),
    drainedMs: round(performance.now() - posted),
    stateCommits: (await stateCommits(drive)) - commitsBefore,
  };
}

async function measureEmptyHandler(installation: Installation, size: number): Promise<Figures> {
  const server = await startMeasured('empty handler', 'empty-handler.ts', []);
  const client = createClient(String(server.ready['url']), installation.push, 64);
  await Promise.all(Array.from({ length: size }, () => client.post()));
  const answers = await Promise.all(Array.from({ length: size }, () => client.post()));
  await client.close();
  await server.stop();
  return figures(answers);
}

function measurePipeline(
  installation: Installation,
  services: number,
  rounds: number,
): { committed: Figures; applied: Figures } | undefined {
  const tools = findPipelineTools(process.env['BENCH_PEERS']);
  if (!tools) return undefined;
  const { directory, namespace, kubeconfig } = installation;
  const pipeline = createShellPipeline({ tools, directory, services, namespace, kubeconfig });
  const samples = Array.from({ length: rounds }, (_, index) => pipeline(index + 1));
  return {
    committed: figures(samples.map((sample) => sample.committed)),
    applied: figures(samples.map((sample) => sample.applied)),
  };
}

async function advance(drive: Drive): Promise<string> {
  const sha = drive.installation.workload.commits[drive.next];
  if (sha === undefined) throw new Error('the history is used up');
  drive.next += 1;
  await drive.refs.move('refs/heads/main', sha);
  return sha;
}

async function stateCommits(drive: Drive): Promise<number> {
  const [row] = await drive.installation.db.query<{ count: number }>(
    'select count(*)::int as count from core.state_commits',
  );
  return row?.count ?? 0;
}

/** Waits until every delivery has found its run; a lost one would wait for ever and fail the benchmark. */
async function drained(drive: Drive, until: 'committed' | 'healthy' = 'healthy'): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (performance.now() < deadline) {
    const [row] = await drive.installation.db.query<{ open: number }>(
      `select (select count(*)::int from core.delivery_outcomes where outcome = 'pending') + (select count(*)::int from core.webhook_deliveries where status = 'accepted')
         + (select count(*)::int from core.agent_runs where status in ('pending', 'running') and ($1 or phase in ('received', 'rendered'))) as open`,
      [until === 'healthy'],
    );
    if (row?.open === 0) return;
    await sleep(10);
  }
  throw new Error('deliveries were lost: some never found their run');
}

/** Moves refs through one long-lived git, so that the bench itself costs little. */
function openRefs(repository: string): {
  move(ref: string, sha: string): Promise<void>;
  close(): void;
} {
  const child = spawn('git', ['-C', repository, 'update-ref', '--stdin'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const answers = createInterface({ input: child.stdout });
  const waiting: (() => void)[] = [];
  answers.on('line', (line) => {
    if (line === 'commit: ok') waiting.shift()?.();
  });
  return {
    move: (ref, sha) =>
      new Promise((resolve) => {
        waiting.push(resolve);
        child.stdin.write(`start\nupdate ${ref} ${sha}\ncommit\n`);
      }),
    close: () => child.stdin.end(),
  };
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
