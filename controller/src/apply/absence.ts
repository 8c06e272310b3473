import type { EnvironmentCondition } from './types.ts';

/** What was found at the place of the desired state. */
export interface HeadReading {
  /** Undefined: the branch does not exist. */
  commit: string | undefined;
  lastAppliedCommit: string | undefined;
  /** Whether the head descends from the last applied commit. */
  descends: boolean;
  /** Whether the platform itself put the head there after the last applied commit. */
  published: boolean;
  branch: string;
}

/**
 * Absence is never a command (design §4): without a branch, or with a head that was put back behind
 * what was applied, the environment stays as it is, without a single delete. A push of the platform
 * on top of such a head is a new command and goes on.
 */
export function judgeHead(reading: HeadReading): EnvironmentCondition | undefined {
  const { commit, lastAppliedCommit, branch } = reading;
  if (commit === undefined) {
    if (lastAppliedCommit === undefined) return undefined;
    const message = `branch ${branch} does not exist; last applied was ${short(lastAppliedCommit)}`;
    return { type: 'branch-missing', message };
  }
  if (lastAppliedCommit === undefined || reading.descends || reading.published) return undefined;
  const message = `head ${short(commit)} of ${branch} does not descend from ${short(lastAppliedCommit)}, which was applied; push again to go on`;
  return { type: 'rewound', message };
}

/** The stacks that were applied and are no longer in the head: left alone. */
export function missingStacks(
  applied: Iterable<string>,
  head: { has(stack: string): boolean },
): EnvironmentCondition[] {
  return [...new Set(applied)]
    .filter((stack) => !head.has(stack))
    .toSorted()
    .map((stack) => ({
      type: 'stack-missing',
      stack,
      message: `the directory of stack '${stack}' is gone; its objects are left alone (a stack is retired by a commit whose plan says so)`,
    }));
}

/** A directory without a plan is a stack only by its name: `.github` is not. */
export function couldBeStack(directory: string): boolean {
  return /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/u.test(directory);
}

function short(commit: string): string {
  return commit.slice(0, 12);
}
