import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packRenderer, root } from '../../tools/package/index.ts';
import { describeMachine } from '../machine.ts';
import { writeResult } from '../results.ts';
import { helmChart, kustomizeStack } from './peer-stacks.ts';
import { findPeers, versionOf, type Peers } from './peers.ts';
import { bestOf, type Invocation, type ProcessRun } from './run-process.ts';
import { environment, objectsPerService, servicesStack, writeTexts } from './stack.ts';
import { measureWarm, type WarmTimes } from './warm.ts';

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
  const rounds = quick ? 3 : 7;
  try {
    const packed = await packRenderer(directory);
    const cli = join(packed.directory, 'dist/cli.js');
    say(`packed renderer: ${Math.round(packed.bytes / 1024)} KiB`);
    const sizes: SizeResult[] = [];
    for (const services of quick ? [100, 1000] : [100, 1000, 10_000])
      sizes.push(await measureSize({ directory, cli, peers, services, rounds }));
    const ownFile = await measureOwnFile(cli, rounds);
    say(`own file: ${JSON.stringify(ownFile)}`);
    await writeResult('render', {
      machine: describeMachine(),
      peers: {
        kustomize: peers.kustomize === undefined ? 'not found' : versionOf(peers.kustomize),
        helm: peers.helm === undefined ? 'not found' : versionOf(peers.helm),
      },
      notes: [
        `kustomize is measured up to ${kustomizeLimits.flat} services flat and ${kustomizeLimits.patched} patched: beyond, one run takes minutes.`,
        'Cold times are the best of several runs, memory is their highest.',
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
  const render = [process.execPath, cli, 'render', '--env', environment, '--out', out];
  const cold: Record<string, ProcessRun> = {};
  const measure = async (name: string, invocation: Invocation, count = rounds): Promise<void> => {
    cold[name] = await bestOf(count, invocation);
    say(`${services} services, ${name}: ${cold[name].milliseconds} ms, ${cold[name].maxMiB} MiB`);
  };
  const env = { NODE_COMPILE_CACHE: cache };
  await measure('render', { command: render, cwd: source, env });
  await measure('render, first on a machine', {
    command: render,
    cwd: source,
    env: { NODE_DISABLE_COMPILE_CACHE: '1' },
  });
  await measure('workspace render', {
    command: [process.execPath, join(root, 'renderer/src/main.ts'), ...render.slice(2)],
    cwd: source,
    env,
  });
  const files = Object.keys(texts).map((path) => join(source, path));
  if (files.length < 3000)
    await measure('floor: parse and print', {
      command: [process.execPath, join(import.meta.dirname, 'floor.mjs'), ...files],
      stdout: printed,
    });
  if (peers.helm !== undefined) {
    const chart = join(directory, 'chart');
    writeTexts(chart, helmChart(services));
    await measure('helm template', {
      command: [peers.helm, 'template', 'bench', chart, '--namespace', 'bench-production'],
      stdout: printed,
    });
    checkObjects(printed, services);
  }
  for (const kind of ['flat', 'patched'] as const) {
    if (peers.kustomize === undefined || services > kustomizeLimits[kind]) continue;
    const base = join(directory, kind);
    writeTexts(base, kustomizeStack(services, { patched: kind === 'patched' }));
    await measure(
      `kustomize build, ${kind}`,
      { command: [peers.kustomize, 'build', base], stdout: printed },
      services > 100 ? 1 : rounds,
    );
    checkObjects(printed, services);
  }
  const warm = await measureWarm(texts, services, services > 1000 ? 10 : 50);
  say(`${services} services, warm: ${JSON.stringify(mapMedian(warm))}`);
  const sourceBytes = Object.values(texts).reduce((sum, text) => sum + text.length, 0);
  rmSync(directory, { recursive: true, force: true });
  return { services, objects: services * objectsPerService, sourceBytes, cold, warm };
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
