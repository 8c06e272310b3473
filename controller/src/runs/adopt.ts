import type { Database } from '../database/index.ts';
import { readTrailers, runTrailer } from '../state-repo/index.ts';
import type { StateRepository } from '../state-repo/index.ts';
import type { RenderTarget } from './environment.ts';
import { recordPublication } from './record.ts';

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
  let adopted = false;
  for (const source of target.sources) {
    const run = source.openRun;
    // Content is recorded before it is pushed: a run without it cannot have pushed.
    if (run?.phase !== 'rendered' || run.contentHash === undefined) continue;
    const commit = await state.findPublished(target.branch, runTrailer(run.id));
    if (!commit) continue;
    const committed = {
      runId: run.id,
      correlationId: readTrailers(commit.trailers).correlations[0] ?? run.id,
      stack: source.stack,
      repositoryId: source.repository.id,
      repository: source.repository.fullName,
      sha: run.sourceSha,
      contentHash: run.contentHash,
    };
    await db.inTransaction((tx) =>
      recordPublication(tx, target, [committed], {
        kind: 'published',
        commit: commit.oid,
        parent: commit.parents[0],
        adopted: true,
      }),
    );
    adopted = true;
  }
  return adopted;
}
