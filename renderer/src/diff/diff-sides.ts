import type { DiffCounts, DiffSide, EnvironmentDiff, RenderDiff } from '@codex-k8s/schema';
import { diffStacks, type ComparedStack } from './diff-stacks.ts';
import { createMasking } from './masking.ts';
import { parseDifferent } from './parse-files.ts';
import type { StackContent } from './stack-content.ts';

/** What one side has to say about an environment. */
export type SideOutcome = StackContent | 'absent' | 'failed';

/** One environment on both sides. */
export interface EnvironmentPair {
  environment: string;
  slot?: number;
  base: SideOutcome;
  head: SideOutcome;
}

export interface DiffOptions {
  /** Values that are hidden wherever they stand, such as those of secret inputs. */
  secrets?: readonly string[];
}

/**
 * Compares what two sides render. Nothing is read and nothing is printed here; secret values are
 * not part of the result.
 */
export async function diffSides(
  sides: { base: DiffSide; head: DiffSide },
  pairs: readonly EnvironmentPair[],
  options: DiffOptions = {},
): Promise<RenderDiff> {
  const environments: EnvironmentDiff[] = [];
  for (const pair of pairs) environments.push(await diffPair(pair, options));
  const hasErrors = (side: DiffSide) =>
    side.diagnostics.some(({ severity }) => severity === 'error');
  return {
    apiVersion: 'codex-k8s.dev/v1alpha1',
    kind: 'RenderDiff',
    different:
      hasErrors(sides.base) ||
      hasErrors(sides.head) ||
      environments.some(({ change }) => change !== 'unchanged'),
    base: sides.base,
    head: sides.head,
    summary: countChanges(environments),
    environments,
  };
}

async function diffPair(pair: EnvironmentPair, options: DiffOptions): Promise<EnvironmentDiff> {
  const { environment, slot, base, head } = pair;
  const [from, to] = [contentOf(base), contentOf(head)];
  const { project, stack, namespace } = (to ?? from)?.plan ?? {};
  const described = {
    ...(project === undefined ? {} : { project }),
    ...(stack === undefined ? {} : { stack }),
    environment,
    ...(slot === undefined ? {} : { slot }),
    ...(namespace === undefined ? {} : { namespace }),
    baseFailed: base === 'failed',
    ...(from === undefined ? {} : { baseContent: from.contentHash }),
    ...(to === undefined ? {} : { headContent: to.contentHash }),
  };
  if (head === 'failed') return { ...described, change: 'failed', plan: [], images: [], units: [] };
  if (from?.contentHash === to?.contentHash)
    return { ...described, change: 'unchanged', plan: [], images: [], units: [] };
  const parsed = await parseDifferent(from, to);
  const compared = (side: 'base' | 'head', content: StackContent | undefined) =>
    content && ({ content, parsed: parsed[side] } satisfies ComparedStack);
  const masking = createMasking(options.secrets);
  return { ...described, ...diffStacks(compared('base', from), compared('head', to), masking) };
}

function contentOf(outcome: SideOutcome): StackContent | undefined {
  return typeof outcome === 'string' ? undefined : outcome;
}

function countChanges(environments: readonly EnvironmentDiff[]): DiffCounts {
  const units = environments.flatMap((environment) => environment.units);
  const objects = units.flatMap((unit) => unit.objects);
  const count = (change: string) => objects.filter((object) => object.change === change).length;
  return {
    environments: environments.filter(({ change }) => change !== 'unchanged').length,
    units: units.length,
    created: count('created'),
    changed: count('changed'),
    removed: count('removed'),
    imageOnly: units.filter(({ imageOnly }) => imageOnly).length,
  };
}
