import type { Database } from '../database/index.ts';
import type { GitCommit } from '../git/index.ts';
import { runTrailer } from '../state-repo/index.ts';
import type { StateRepository } from '../state-repo/index.ts';
import type { RenderTarget } from './environment.ts';
import { recordPublication } from './record.ts';
import type { CommittedRun } from './record.ts';

/**
 * A push without a record: the process died between the two. Finds each left-over run's commit by
 * its trailer and records it, so that the change stands in exactly one state commit. Resolves to
 * whether anything was adopted.
 */
export async function adoptPublished(
  db: Database,
  state: StateRepository,
  target: RenderTarget,
): Promise<boolean> {
  // Stacks that were published together stand in one commit, and are recorded as one.
  const found = new Map<string, { commit: GitCommit; runs: CommittedRun[] }>();
  for (const source of target.sources) {
    const run = source.openRun;
    // Content is recorded before it is pushed: a run without it cannot have pushed.
    if (run?.phase !== 'rendered' || run.contentHash === undefined) continue;
    const commit = await state.findPublished(target.branch, runTrailer(run.id));
    if (!commit) continue;
    const entry = found.get(commit.oid) ?? { commit, runs: [] };
    found.set(commit.oid, entry);
    entry.runs.push({
      runId: run.id,
      correlationId: run.correlationId,
      stack: source.stack,
      repositoryId: source.repository.id,
      repository: source.repository.fullName,
      sha: run.sourceSha,
      contentHash: run.contentHash,
    });
  }
  for (const { commit, runs } of found.values())
    await db.inTransaction((tx) =>
      recordPublication(tx, target, runs, {
        kind: 'published',
        commit: commit.oid,
        parent: commit.parents[0],
        adopted: true,
      }),
    );
  return found.size > 0;
}
