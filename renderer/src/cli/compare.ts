import type { Diagnostic, DiffSide, RenderDiff } from '@codex-k8s/schema';
import { realpath } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { diffSides, hideValues, isSecretName, type EnvironmentPair } from '../diff/index.ts';
import { openRepository, RepositoryError, type GitRepository } from '../git/index.ts';
import type { RenderInputs } from '../rendered-stack.ts';
import type { Renderer } from '../renderer.ts';
import {
  describeSide,
  openCommit,
  openDirectory,
  openWorktree,
  pairStacks,
  problem,
  readSide,
  renderSide,
  type OpenSide,
} from './diff-sides.ts';
import { CliError } from './exit-code.ts';
import type { SourceLocation } from './locate-source.ts';

/** What is compared with what. */
export interface Comparison {
  source: SourceLocation;
  /** Revision of the base; without it and `against` it is HEAD. */
  base?: string;
  /** Revision of the head; without it, it is the working tree. */
  head?: string;
  /** Directory with rendered files that is the base. */
  against?: string;
  /** The base is where the two histories parted. */
  mergeBase: boolean;
  /** The sides hold rendered stacks, not sources. */
  state: boolean;
  environment?: string;
  slot?: number;
  inputs: Pick<RenderInputs, 'vars' | 'cluster'>;
  /** Renders both sides: what they share is parsed once. */
  renderer: Renderer;
}

export type CompareResult =
  | { ok: true; diff: RenderDiff }
  | { ok: false; diagnostics: Diagnostic[] };

/** Renders or reads both sides and compares them. */
export async function compare(comparison: Comparison): Promise<CompareResult> {
  try {
    const { base, head } = await openSides(comparison);
    const pairs = comparison.state
      ? await pairStacks(base, head)
      : await renderPairs(comparison, base, head);
    if (pairs.length === 0 && base.side.diagnostics.length > 0)
      return { ok: false, diagnostics: base.side.diagnostics };
    const vars = Object.entries(comparison.inputs.vars ?? {});
    const secrets = vars
      .filter(([name]) => isSecretName(name, 'variable'))
      .map(([, value]) => value);
    const sides = {
      base: hideInFindings(base.side, secrets),
      head: hideInFindings(head.side, secrets),
    };
    const diff = await diffSides(sides, pairs, { secrets });
    return { ok: true, diff };
  } catch (error) {
    if (!(error instanceof RepositoryError)) throw error;
    return { ok: false, diagnostics: [problem(error.problem, error.message, error.hint)] };
  }
}

/** A finding may quote the value that it is about. */
function hideInFindings(side: DiffSide, secrets: readonly string[]): DiffSide {
  const diagnostics = side.diagnostics.map((diagnostic) => ({
    ...diagnostic,
    message: hideValues(diagnostic.message, secrets),
    ...(diagnostic.hint === undefined ? {} : { hint: hideValues(diagnostic.hint, secrets) }),
  }));
  return { ...side, diagnostics };
}

async function openSides(comparison: Comparison): Promise<{ base: OpenSide; head: OpenSide }> {
  const { source, against, head, mergeBase } = comparison;
  const { directory } = source;
  // A directory with a working tree needs no repository.
  const needsGit = against === undefined || head !== undefined;
  const repository = needsGit ? await openRepository(directory) : undefined;
  const below = repository === undefined ? '' : belowTop(repository, directory);
  const commitOf = async (name: string) => {
    if (repository === undefined) throw new Error('no repository was opened');
    return { name, commit: await repository.resolve(name) };
  };
  const headCommit = head === undefined ? undefined : await commitOf(head);
  const openHead = async () =>
    repository === undefined || headCommit === undefined
      ? openWorktree(directory)
      : openCommit(repository, headCommit.name, headCommit.commit, below);
  if (against !== undefined || repository === undefined) {
    const real = await realpath(against ?? '').catch(() => undefined);
    if (real === undefined) throw new CliError(`there is no directory ${against ?? ''}`);
    const base = await openDirectory(real);
    return {
      base: { ...base, side: { ...base.side, name: against ?? '' } },
      head: await openHead(),
    };
  }
  const named = await commitOf(comparison.base ?? 'HEAD');
  const chosen = mergeBase ? await parting(repository, named, headCommit) : named;
  return {
    base: await openCommit(repository, chosen.name, chosen.commit, below),
    head: await openHead(),
  };
}

interface NamedCommit {
  name: string;
  commit: { oid: string; tree: string };
}

async function parting(
  repository: GitRepository,
  base: NamedCommit,
  head: NamedCommit | undefined,
): Promise<NamedCommit> {
  const other = head?.commit ?? (await repository.resolve('HEAD'));
  const oid = await repository.mergeBase(base.commit.oid, other.oid);
  if (oid === undefined)
    throw new RepositoryError('unknown-revision', `${base.name} and the head share no history`);
  return { name: `merge base with ${base.name}`, commit: await repository.resolve(oid) };
}

function belowTop({ top }: GitRepository, directory: string): string {
  if (top === undefined) return '';
  return relative(top, directory).split(sep).join('/');
}

async function renderPairs(
  comparison: Comparison,
  base: OpenSide,
  head: OpenSide,
): Promise<EnvironmentPair[]> {
  const { source, renderer, inputs, environment, slot } = comparison;
  const { file } = source;
  const ofHead = await describeSide(head, renderer, file);
  if (comparison.against !== undefined) {
    if (!ofHead.exists) await renderSide(head, renderer, { ...inputs, file, environment: '' });
    return pairWithDirectory(
      comparison,
      base,
      async (target) => renderSide(head, renderer, { ...inputs, ...target, file }),
      ofHead.stack,
    );
  }
  const ofBase = await describeSide(base, renderer, file);
  if (!ofBase.exists && !ofHead.exists) {
    // Neither has it: the render says what is missing.
    await renderSide(head, renderer, { ...inputs, file, environment: environment ?? '' });
    return [];
  }
  const known = new Map([...(ofBase.environments ?? []), ...(ofHead.environments ?? [])]);
  const ordered = new Set([...(ofHead.environments ?? known).keys(), ...known.keys()]);
  const names = environment === undefined ? [...ordered] : [environment];
  const pairs: EnvironmentPair[] = [];
  for (const name of names) {
    const chosen = slot ?? (known.get(name)?.forSlots === true ? 1 : undefined);
    const target = { environment: name, ...(chosen === undefined ? {} : { slot: chosen }) };
    const outcome = async (open: OpenSide, side: typeof ofBase) => {
      // An environment that only the other side has is new or gone; asked for by name and unknown
      // to both, it is a mistake that the render explains.
      const isElsewhere = known.has(name) && side.environments?.has(name) === false;
      if (!side.exists || isElsewhere) return 'absent';
      return renderSide(open, renderer, { ...inputs, ...target, file });
    };
    const from = await outcome(base, ofBase);
    pairs.push({ ...target, base: from, head: await outcome(head, ofHead) });
  }
  return pairs;
}

/** What a directory holds says which environment it is of. */
async function pairWithDirectory(
  { environment, slot, against }: Comparison,
  base: OpenSide,
  render: (target: { environment: string; slot?: number }) => Promise<EnvironmentPair['head']>,
  stack: string | undefined,
): Promise<EnvironmentPair[]> {
  const own = await readSide(base, '');
  const from = own === 'absent' && stack !== undefined ? await readSide(base, stack) : own;
  const plan = typeof from === 'object' ? from.plan : undefined;
  const name = environment ?? plan?.environment;
  // What cannot be read does not say either: that it cannot be read is the finding.
  if (name === undefined && from === 'failed') return [];
  if (name === undefined)
    throw new CliError(`${against ?? ''} does not say which environment it is of: --env NAME`);
  if (plan !== undefined && plan.environment !== name)
    throw new CliError(`${against ?? ''} is of environment ${plan.environment}, not ${name}`);
  const chosen = slot ?? plan?.slot;
  const target = { environment: name, ...(chosen === undefined ? {} : { slot: chosen }) };
  return [{ ...target, base: from, head: await render(target) }];
}
