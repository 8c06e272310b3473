import type { EnvironmentSource, OpenRun } from './environment.ts';

/** What is to be done about one source of an environment. */
export type SourceDecision =
  /** Nothing: what should be in the state repo is there. */
  | { kind: 'nothing' }
  /** The head was brought already: the waiting deliveries are answered by the earlier run. */
  | { kind: 'already-done'; sha: string }
  /** The ref does not exist (any more): nothing is undeployed by that, and a left-over run of it ends. */
  | { kind: 'ref-missing'; cancels: string | undefined }
  /** Go on with the run that a died process left, at the SHA it pinned. */
  | { kind: 'continue'; runId: string; correlationId: string; sha: string }
  /** A new run at this SHA, closing the left-over run of an older one. */
  | { kind: 'start'; sha: string; supersedes: string | undefined };

/**
 * Decides what a source needs, from the head of its ref and what the state branch holds for its
 * stack. Pure. A directory that no longer holds what was published is rendered anew, so the push
 * after a branch was deleted, rewound or edited by hand restores every stack (design §4).
 *
 * @param head the commit of the source's ref, undefined when the ref does not exist
 * @param content the tree of the stack's directory in the state branch, undefined when absent
 */
export function decideSource(
  source: EnvironmentSource,
  head: string | undefined,
  content: string | undefined,
): SourceDecision {
  const dirty = source.dirtyGeneration > source.cleanGeneration;
  const displaced = source.publishedContent !== undefined && source.publishedContent !== content;
  const open = source.openRun;
  if (!dirty && !displaced) return open ? goOn(open) : { kind: 'nothing' };
  if (head === undefined) return { kind: 'ref-missing', cancels: open?.id };
  if (open)
    return open.sourceSha === head ? goOn(open) : { kind: 'start', sha: head, supersedes: open.id };
  if (!displaced && source.lastSeenSha === head) return { kind: 'already-done', sha: head };
  return { kind: 'start', sha: head, supersedes: undefined };
}

const goOn = (open: OpenRun): SourceDecision => ({
  kind: 'continue',
  runId: open.id,
  correlationId: open.correlationId,
  sha: open.sourceSha,
});
