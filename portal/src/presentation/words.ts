import type { Condition, Diagnostic, EnvironmentView, RunView } from './views.ts';

/** A state as it is shown: a word, and a tone that picks colour and shape. */
export interface Standing {
  word: string;
  tone: 'good' | 'active' | 'warning' | 'bad' | 'quiet';
}

const standings: Record<RunView['status'], Standing> = {
  pending: { word: 'Queued', tone: 'quiet' },
  running: { word: 'Running', tone: 'active' },
  succeeded: { word: 'Deployed', tone: 'good' },
  failed: { word: 'Failed', tone: 'bad' },
  canceled: { word: 'Canceled', tone: 'quiet' },
};

/** How a run stands: its outcome says more than its status. */
export function describeRun({ status, outcome }: Pick<RunView, 'status' | 'outcome'>): Standing {
  if (outcome === 'unchanged') return { word: 'No change', tone: 'quiet' };
  if (outcome === 'superseded') return { word: 'Superseded', tone: 'quiet' };
  return standings[status];
}

const healths: Record<EnvironmentView['health'], Standing> = {
  healthy: { word: 'Healthy', tone: 'good' },
  progressing: { word: 'Progressing', tone: 'active' },
  degraded: { word: 'Degraded', tone: 'bad' },
  unknown: { word: 'Unknown', tone: 'quiet' },
};

export function describeHealth(health: EnvironmentView['health']): Standing {
  return healths[health];
}

/** How the commit that runs stands to the one that should. */
export function describeSync({
  headCommit,
  lastAppliedCommit,
}: Pick<EnvironmentView, 'headCommit' | 'lastAppliedCommit'>): Standing {
  if (headCommit === undefined) return { word: 'nothing committed yet', tone: 'quiet' };
  if (lastAppliedCommit === undefined) return { word: 'not applied yet', tone: 'active' };
  if (headCommit === lastAppliedCommit) return { word: 'in sync', tone: 'good' };
  return { word: 'head is not applied', tone: 'warning' };
}

const conditionHints: Record<string, string> = {
  rewound:
    'Nothing is deleted. The next render commits on top; push to a bound branch, or restore the branch.',
  unrecognised:
    'Left alone: only content rendered by this platform is applied. Push to a bound branch to replace it.',
  'branch-missing': 'Nothing is deleted. The next push makes the branch again.',
  'plan-unreadable': 'Nothing is deleted. The next push writes the plan again.',
  'stack-missing':
    'Nothing is deleted. Absence is no command; the next push restores the directory.',
  'prune-limited':
    'More objects would go than the limit allows; they are kept until someone approves.',
  'apply-failed': 'It is tried again with growing pauses; the message names the object.',
};

/** What to do about a condition: its own hint, or the one of its type. */
export function hintOf({ type, hint }: Condition): string | undefined {
  return hint ?? conditionHints[type];
}

/** `services.yaml:31:18`, as far as it is known. */
export function placeOf({ file, line, column }: Diagnostic): string | undefined {
  if (file === undefined) return undefined;
  return [file, line, line === undefined ? undefined : column]
    .filter((part) => part !== undefined)
    .join(':');
}

/** The first characters of a commit. */
export const shortCommit = (commit: string): string => commit.slice(0, 7);

/** `refs/heads/main` → `main`. */
export const shortRef = (ref: string): string => ref.replace(/^refs\/(?:heads|tags)\//, '');

/** What a screen reader is told when the page has changed. */
export function summarise(
  environments: readonly EnvironmentView[],
  runs: readonly RunView[],
): string {
  const degraded = environments.filter(({ health }) => health === 'degraded').length;
  const running = runs.filter(({ status }) => status === 'running' || status === 'pending').length;
  const failed = runs.filter(({ status }) => status === 'failed').length;
  return `${count(environments.length, 'environment')}, ${degraded} degraded. ${count(runs.length, 'run')} shown, ${running} running, ${failed} failed.`;
}

export const count = (number: number, noun: string): string =>
  `${number} ${noun}${number === 1 ? '' : 's'}`;
