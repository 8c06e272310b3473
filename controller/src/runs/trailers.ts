import type { RenderedStack } from '@codex-k8s/renderer';
import type { RenderTarget } from './environment.ts';
import type { StartedRun } from './start.ts';

/** The trailer by which a commit is recognised as a run's own after a crash. */
export const runTrailer = (runId: string): [string, string] => ['Codex-Run', runId];

/** Subject and trailers of the state commit of these runs: provenance stands here, not in the content (design §4). */
export function describeCommit(
  target: RenderTarget,
  runs: readonly { run: StartedRun; rendered: RenderedStack }[],
): { subject: string; trailers: [string, string][] } {
  const stacks = runs.map(({ run }) => `${run.source.stack}@${run.sha.slice(0, 12)}`).join(', ');
  const subject = `${target.name}: ${stacks}`;
  const trailers = runs.flatMap(({ run, rendered }): [string, string][] => [
    runTrailer(run.id),
    ['Codex-Stack', `${run.source.stack} ${rendered.contentHash} ${run.sha} ${run.id}`],
    ['Codex-Renderer', `${rendered.provenance.renderer}/${rendered.provenance.rendering}`],
    ['Codex-Correlation', run.correlationId],
  ]);
  return { subject: subject.length > 120 ? `${subject.slice(0, 119)}…` : subject, trailers };
}
