import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { packRenderer, root } from '../../tools/package/index.ts';
import { describeMachine } from '../machine.ts';
import { round } from '../measure.ts';
import { writeResult } from '../results.ts';
import { helmChart, kustomizeStack } from './peer-stacks.ts';
import { findPeers, versionOf, type Peers } from './peers.ts';
import { best, bestOf, runProcess, type Invocation, type ProcessRun } from './run-process.ts';
import { environment, objectsPerService, servicesStack, writeTexts } from './stack.ts';
import { largeCache, measureWarm, type Library, type WarmTimes } from './warm.ts';

interface SizeResult {
  services: number;
  objects: number;
  /** Bytes of the stack's files, and of what is rendered from them. */
  sourceBytes: number;
  /** Cold runs, each a process of its own. */
  cold: Record<string, ProcessRun>;
  warm: WarmTimes;
}

/** What takes minutes is measured up to this many services; the rest is in the result's notes. */
const kustomizeLimits = { flat: 1000, patched: 100 };

/** Runs the benchmark of the renderer beside its peers and writes its result. */
export async function run({ quick }: { quick: boolean }): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'ck-bench-render-'));
  const peers = findPeers(process.env['BENCH_PEERS']);
  const rounds = quick ? 3 : 5;
  const load = [loadavg()];
  try {
    const packed = await packRenderer(directory);
    const cli = join(packed.directory, 'dist/cli.js');
    const library: Library = await import(join(packed.directory, 'dist/index.js'));
    say(`packed renderer: ${Math.round(packed.bytes / 1024)} KiB`);
    const sizes: SizeResult[] = [];
    for (const services of quick ? [100, 1000] : [100, 1000, 10_000])
      sizes.push(await measureSize({ directory, cli, library, peers, services, rounds }));
    const ownFile = await measureOwnFile(cli, rounds);
    say(`own file: ${JSON.stringify(ownFile)}`);
    load.push(loadavg());
    await writeResult('render', {
      machine: describeMachine(),
      // Processes that wanted the machine before and after, over 1, 5 and 15 minutes: ours are one of them.
      load: load.map((averages) => averages.map(round)),
      peers: {
        kustomize: peers.kustomize === undefined ? 'not found' : versionOf(peers.kustomize),
        helm: peers.helm === undefined ? 'not found' : versionOf(peers.helm),
      },
      notes: [
        `kustomize is measured up to ${kustomizeLimits.flat} services flat and ${kustomizeLimits.patched} patched: beyond, one run takes minutes.`,
        'Cold times are the best of several runs taken in turn, memory is their highest. Every run but “nothing cached” finds the compile cache of Node that an earlier run left.',
        `Warm, stacks of more than ${largeCache.services} services have a cache of ${largeCache.mebibytes} MiB; the usual one of 256 MiB is too small for them.`,
      ],
      tarballBytes: packed.bytes,
      nodeStartMs: (await bestOf(rounds, { command: [process.execPath, '-e', '0'] })).milliseconds,
      sizes,
      ownFile,
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measureSize(options: {
  directory: string;
  cli: string;
  library: Library;
  peers: Peers;
  services: number;
  rounds: number;
}): Promise<SizeResult> {
  const { cli, peers, services } = options;
  const directory = join(options.directory, String(services));
  const rounds = services > 1000 ? Math.min(3, options.rounds) : options.rounds;
  const texts = servicesStack(services);
  const source = join(directory, 'stack');
  writeTexts(source, texts);
  const out = join(directory, 'out');
  const printed = join(directory, 'printed.yaml');
  const cache = join(directory, 'cache');
  mkdirSync(cache);
  const render = (to: string): string[] => ['render', '--env', environment, '--out', to];
  const own = { cwd: source, env: { NODE_COMPILE_CACHE: cache } };
  const stream = [process.execPath, cli, ...render('-')];
  const contests: Contest[] = [
    { name: 'render to stdout', invocation: { ...own, command: stream } },
    {
      name: 'render to stdout, nothing cached',
      invocation: { command: stream, cwd: source, env: { NODE_DISABLE_COMPILE_CACHE: '1' } },
    },
    {
      name: 'render to a directory',
      invocation: { ...own, command: [process.execPath, cli, ...render(out)] },
      writesFiles: true,
    },
    {
      name: 'render to stdout, workspace',
      invocation: {
        ...own,
        command: [process.execPath, join(root, 'renderer/src/main.ts'), ...render('-')],
      },
    },
  ];
  const files = Object.keys(texts).map((path) => join(source, path));
  const floor = [process.execPath, join(import.meta.dirname, 'floor.mjs')];
  if (files.length < 3000)
    contests.push({
      name: 'floor: start, parse, print',
      invocation: { command: [...floor, ...files] },
      writesFiles: true,
    });
  if (peers.helm !== undefined) {
    const chart = join(directory, 'chart');
    writeTexts(chart, helmChart(services));
    const command = [peers.helm, 'template', 'bench', chart, '--namespace', 'bench-production'];
    contests.push({ name: 'helm template', invocation: { command } });
  }
  for (const kind of ['flat', 'patched'] as const) {
    if (peers.kustomize === undefined || services > kustomizeLimits[kind]) continue;
    const base = join(directory, kind);
    writeTexts(base, kustomizeStack(services, { patched: kind === 'patched' }));
    contests.push({
      name: `kustomize build, ${kind}`,
      invocation: { command: [peers.kustomize, 'build', base] },
      ...(services > 100 ? { rounds: 1 } : {}),
    });
  }
  const cold = await contest(contests, rounds, (file) => checkObjects(file, services), printed);
  for (const [name, { milliseconds, cpuMilliseconds, maxMiB }] of Object.entries(cold))
    say(
      `${services} services, ${name}: ${milliseconds} ms, CPU ${cpuMilliseconds} ms, ${maxMiB} MiB`,
    );
  const warm = await measureWarm(options.library, texts, services, services > 1000 ? 10 : 50);
  say(`${services} services, warm: ${JSON.stringify(mapMedian(warm))}`);
  const sourceBytes = Object.values(texts).reduce((sum, text) => sum + text.length, 0);
  rmSync(directory, { recursive: true, force: true });
  return { services, objects: services * objectsPerService, sourceBytes, cold, warm };
}

/** One of those that are compared. */
interface Contest {
  name: string;
  invocation: Omit<Invocation, 'stdout'>;
  /** How often, when it takes too long for every round. */
  rounds?: number;
  /** Its output is not the objects. */
  writesFiles?: true;
}

/** Lets all of them run in turn, round by round, so that none has the quiet moments for itself. */
async function contest(
  contests: readonly Contest[],
  rounds: number,
  check: (file: string) => void,
  stdout: string,
): Promise<Record<string, ProcessRun>> {
  const runs = new Map<string, ProcessRun[]>();
  for (let turn = 0; turn < rounds; turn += 1)
    for (const { name, invocation, rounds: own = rounds, writesFiles } of contests) {
      if (turn >= own) continue;
      const list = runs.get(name) ?? [];
      runs.set(name, [...list, await runProcess({ ...invocation, stdout })]);
      if (writesFiles !== true) check(stdout);
    }
  return Object.fromEntries([...runs].map(([name, list]) => [name, best(list)]));
}

/** A comparison counts only when the peer has made as many objects. */
function checkObjects(file: string, services: number): void {
  const found = readFileSync(file, 'utf8').match(/^kind: /gm)?.length ?? 0;
  if (found !== services * objectsPerService)
    throw new Error(`${file} holds ${found} objects, not ${services * objectsPerService}`);
}

/** `validate` and `explain` on the platform's own stack, as a person runs them. */
async function measureOwnFile(cli: string, rounds: number): Promise<Record<string, ProcessRun>> {
  const commands: Record<string, string[]> = {
    validate: ['validate'],
    'validate production': ['validate', '--env', 'production'],
    explain: ['explain', 'production', 'Deployment/api', 'spec.replicas'],
  };
  const found: Record<string, ProcessRun> = {};
  for (const [name, args] of Object.entries(commands))
    found[name] = await bestOf(rounds, { command: [process.execPath, cli, ...args], cwd: root });
  return found;
}

function mapMedian(times: WarmTimes): Record<string, number> {
  return Object.fromEntries(Object.entries(times).map(([name, { p50 }]) => [name, p50]));
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
