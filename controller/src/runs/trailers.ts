import type { RenderedStack } from '@codex-k8s/renderer';
import {
  correlationTrailer,
  rendererTrailer,
  runTrailer,
  stackTrailer,
} from '../state-repo/index.ts';
import type { Trailer } from '../state-repo/index.ts';
import type { RenderTarget } from './environment.ts';
import type { StartedRun } from './start.ts';

/** Subject and trailers of the state commit of these runs: provenance stands here, not in the content (design §4). */
export function describeCommit(
  target: RenderTarget,
  runs: readonly { run: StartedRun; rendered: RenderedStack }[],
): { subject: string; trailers: Trailer[] } {
  const stacks = runs.map(({ run }) => `${run.source.stack}@${run.sha.slice(0, 12)}`).join(', ');
  const subject = `${target.name}: ${stacks}`;
  const trailers = runs.flatMap(({ run, rendered }): Trailer[] => [
    runTrailer(run.id),
    stackTrailer({
      stack: run.source.stack,
      contentHash: rendered.contentHash,
      sourceSha: run.sha,
      runId: run.id,
    }),
    rendererTrailer(rendered.provenance.renderer, rendered.provenance.rendering),
    correlationTrailer(run.correlationId),
  ]);
  return { subject: subject.length > 120 ? `${subject.slice(0, 119)}…` : subject, trailers };
}
