import { performance } from 'node:perf_hooks';
import type * as renderer from '@codex-k8s/renderer';
import type { Renderer } from '@codex-k8s/renderer';
import { figures, type Figures } from '../measure.ts';
import { changedStack, environment, type Texts } from './stack.ts';

/** Times of the library in a process that stays, in milliseconds. */
export interface WarmTimes {
  /** The first render of a fresh renderer, code already warm. */
  first: Figures;
  unchanged: Figures;
  /** One service changed in its manifest file. */
  changedManifest: Figures;
  /** One service changed in the stack file that holds all of them. */
  changedStackFile: Figures;
  /** Another environment of the same stack, for the first time. */
  otherEnvironment: Figures;
}

/** The library as it is packed. */
export type Library = Pick<
  typeof renderer,
  'createMemoryReader' | 'createRenderCache' | 'createRenderer'
>;

/** What a renderer of very large stacks is given. */
export const largeCache = { services: 1000, mebibytes: 1024 };

/** Measures the library on one stack. */
export async function measureWarm(
  { createMemoryReader, createRenderCache, createRenderer }: Library,
  texts: Texts,
  services: number,
  rounds: number,
): Promise<WarmTimes> {
  const series = {
    first: [] as number[],
    unchanged: [] as number[],
    changedManifest: [] as number[],
    changedStackFile: [] as number[],
    otherEnvironment: [] as number[],
  };
  const timed = async (
    list: number[] | undefined,
    renderer: Renderer,
    input: Texts,
    env = environment,
  ) => {
    // The digests of the files are known to whoever keeps them: git, for one.
    const reader = createMemoryReader(input);
    const began = performance.now();
    const result = await renderer.render({ reader, file: 'services.yaml', environment: env });
    list?.push(performance.now() - began);
    if (!result.ok) throw new Error(JSON.stringify(result.diagnostics.slice(0, 3), undefined, 2));
  };
  const fresh = (): Renderer =>
    services > largeCache.services
      ? createRenderer({ cache: createRenderCache(largeCache.mebibytes * 2 ** 20) })
      : createRenderer();
  await timed(undefined, fresh(), texts);
  let renderer = fresh();
  for (let round = 0; round < Math.max(3, Math.ceil(rounds / 10)); round += 1) {
    renderer = fresh();
    await timed(series.first, renderer, texts);
    await timed(series.otherEnvironment, renderer, texts, 'staging');
  }
  let current = texts;
  for (let round = 1; round <= rounds; round += 1) {
    await timed(series.unchanged, renderer, current);
    const index = (round * 7919) % services;
    current = changedStack(current, index, round, 'manifest');
    await timed(series.changedManifest, renderer, current);
    current = changedStack(current, index, round, 'services.yaml');
    await timed(series.changedStackFile, renderer, current);
  }
  return {
    first: figures(series.first),
    unchanged: figures(series.unchanged),
    changedManifest: figures(series.changedManifest),
    changedStackFile: figures(series.changedStackFile),
    otherEnvironment: figures(series.otherEnvironment),
  };
}
