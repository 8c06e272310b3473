import { performance } from 'node:perf_hooks';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorData, listObjects, stateDiff } from '@codex-k8s/controller';
import { buildPortal } from '@codex-k8s/portal';
import { readConfig } from '../config.ts';
import { createNarrator, openDataDirectory, pushSample, registerSample } from '../local/index.ts';
import type { Narrator, Sample } from '../local/index.ts';
import { startProgram } from '../program/index.ts';
import type { Program } from '../program/index.ts';
import { prepareCluster } from './cluster.ts';
import type { PreparedCluster } from './cluster.ts';
import { freePort } from './free-port.ts';
import { isSettled, latestSync } from './follow.ts';
import type { Sync } from './follow.ts';
import { narrateRuns } from './narrate-runs.ts';
import { describeNext, describeObjects, syncDocument } from './summary.ts';

/** How `npm start` was called. */
export interface LocalRunOptions {
  once: boolean;
  port: number | undefined;
  dataDirectory: string;
  kubeconfig: string | undefined;
  context: string | undefined;
  cluster: boolean;
  /** Whether narration may be coloured. */
  color: boolean;
}

const example = fileURLToPath(new URL('../../../examples/shop', import.meta.url));
const clusterName = 'local';

/**
 * Runs the main job on embedded defaults. Nothing waits for the cluster: while it is being prepared,
 * pushes are already rendered and committed. Resolves to the exit code.
 */
export async function runLocally(options: LocalRunOptions): Promise<number> {
  const began = performance.now();
  const narrator = createNarrator(process.stderr, { color: options.color });
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

  const data = await openDataDirectory(options.dataDirectory);
  const cluster = options.cluster
    ? prepareCluster({
        directory: data.cluster,
        kubeconfig: options.kubeconfig,
        context: options.context,
        signal: stopping.signal,
        narrator,
      })
    : undefined;
  // Told where it is awaited; without this a failure before that point would end the process.
  cluster?.catch(() => undefined);
  let program: Program | undefined;
  try {
    const portal = await buildPortal();
    const port = options.port ?? (await freePort(7420));
    program = await startProgram(
      readConfig({
        role: 'all',
        dataDirectory: data.path,
        publicListen: '127.0.0.1:0',
        privateListen: `127.0.0.1:${port}`,
        cluster: clusterName,
      }),
      {
        simulatedClusters: simulatedClusters(options),
        portalDirectory: portal.directory,
        onError: (error) => narrator.problem('error', error.message, error.hint),
      },
    );
    narrator.done(
      'platform',
      `${program.api?.privateUrl ?? ''}  (embedded database, local git)`,
      performance.now() - began,
    );
    return await follow(options, program, narrator, cluster, data.path, stopping.signal);
  } finally {
    stopping.abort();
    await program?.stop();
    await cluster?.then((prepared) => prepared.stop()).catch(() => undefined);
  }
}

async function follow(
  options: LocalRunOptions,
  program: Program,
  narrator: Narrator,
  cluster: Promise<PreparedCluster> | undefined,
  dataDirectory: string,
  signal: AbortSignal,
): Promise<number> {
  const { parts, api } = program;
  if (!api) return 1;
  const simulated = simulatedClusters(options);
  const sample = await registerSample({
    ...parts,
    example,
    webhookUrl: `${api.publicUrl}/api/v1/webhooks/github`,
    cluster: clusterName,
  });
  const runs = await narrateRuns(parts.db, narrator);
  const attached = cluster?.then((prepared) => program.attachCluster(prepared.kubeconfig));
  attached?.catch((error: unknown) => {
    const { message, hint } = errorData(error);
    narrator.problem('cluster', message, hint ?? 'everything up to the commit works without it');
  });

  const { commit, pushed } = await pushSample(sample.clone);
  narrator.done(
    'push',
    pushed
      ? `shop main ${commit.slice(0, 12)}, by git push; its hook sent a signed webhook`
      : `shop main ${commit.slice(0, 12)} was pushed before`,
  );
  narrator.text(`\n  portal     ${api.mintLink()}\n`);

  // What an earlier start recorded as healthy counts again once its cluster is there. Without a
  // cluster nothing becomes healthy: what can be reached is the commit.
  const reached = attached
    ? attached.then(
        () => runs.until(() => settledSync(program, sample, simulated)),
        () => committedSync(program, sample, simulated, runs),
      )
    : committedSync(program, sample, simulated, runs);
  const settled = await Promise.race([reached, aborted(signal)]);
  if (settled === undefined) return 130;
  const objects = (await listObjects(parts.db, sample.environmentId)) ?? [];
  const diff =
    settled.run.stateCommit === undefined
      ? undefined
      : await diffOf(program, sample, settled.run.stateCommit);
  narrator.text(describeObjects(settled, objects));
  const verdict = isSettled(settled);
  if (options.once) {
    process.stdout.write(
      `${JSON.stringify(syncDocument({ sync: settled, objects, files: diff?.files ?? [], privateUrl: api.privateUrl, clone: sample.clone, dataDirectory: resolve(dataDirectory) }))}\n`,
    );
    return verdict === 'healthy' ? 0 : 1;
  }
  narrator.text(describeNext(sample));
  await aborted(signal);
  narrator.text(
    `\nstopping; state stays in ${options.dataDirectory}, npm start goes on from there`,
  );
  return 0;
}

async function settledSync(
  program: Program,
  sample: Sample,
  simulated: ReadonlySet<string>,
): Promise<Sync | undefined> {
  const sync = await latestSync(program.parts.db, sample.environmentId, simulated);
  return sync && isSettled(sync) ? sync : undefined;
}

function committedSync(
  program: Program,
  sample: Sample,
  simulated: ReadonlySet<string>,
  runs: Awaited<ReturnType<typeof narrateRuns>>,
): Promise<Sync> {
  return runs.until(async () => {
    const sync = await latestSync(program.parts.db, sample.environmentId, simulated);
    return sync && (sync.run.stateCommit !== undefined || sync.run.status === 'failed')
      ? sync
      : undefined;
  });
}

async function diffOf(
  program: Program,
  sample: Sample,
  commit: string,
): Promise<Awaited<ReturnType<typeof stateDiff>>> {
  const { db, repositories } = program.parts;
  return stateDiff(
    {
      db,
      stateRepositoryOf: () =>
        repositories.stateRepository({
          id: sample.stateRepositoryId,
          provider: 'local',
          fullName: 'local/shop-state',
          url: sample.state,
        }),
    },
    sample.environmentId,
    commit,
  );
}

/** A cluster named on purpose runs real pods; the local one simulates them. */
const simulatedClusters = (options: LocalRunOptions): ReadonlySet<string> =>
  new Set(options.kubeconfig === undefined && options.context === undefined ? [clusterName] : []);

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((done) => {
    if (signal.aborted) done(undefined);
    else signal.addEventListener('abort', () => done(undefined), { once: true });
  });
}
