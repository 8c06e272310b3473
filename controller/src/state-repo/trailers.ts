/** A commit trailer, `Key: value`. */
export type Trailer = [string, string];

/** One rendered stack as the state commit records it. */
export interface StackTrailer {
  stack: string;
  contentHash: string;
  sourceSha: string;
  runId: string;
}

/** What the trailers of a state commit say; empty for a commit that is not the platform's. */
export interface StateTrailers {
  runs: string[];
  stacks: StackTrailer[];
  renderer?: { version: string; rendering: number };
  correlations: string[];
}

/** `Codex-Run: <run id>` */
export function runTrailer(runId: string): Trailer {
  return ['Codex-Run', runId];
}

/** `Codex-Stack: <stack> <content hash> <source sha> <run id>` */
export function stackTrailer({ stack, contentHash, sourceSha, runId }: StackTrailer): Trailer {
  return ['Codex-Stack', `${stack} ${contentHash} ${sourceSha} ${runId}`];
}

/** `Codex-Renderer: <version>/<rendering>` */
export function rendererTrailer(version: string, rendering: number): Trailer {
  return ['Codex-Renderer', `${version}/${rendering}`];
}

/** `Codex-Correlation: <uuid>` */
export function correlationTrailer(correlationId: string): Trailer {
  return ['Codex-Correlation', correlationId];
}

/** A commit message: the subject on one line, then the trailers as the last paragraph. */
export function formatMessage(subject: string, trailers: readonly Trailer[]): string {
  const lines = trailers.map(
    ([key, value]) => `${key.replaceAll(/[^A-Za-z0-9-]/g, '')}: ${oneLine(value)}`,
  );
  return `${oneLine(subject) || 'Publish'}\n${lines.length === 0 ? '' : `\n${lines.join('\n')}\n`}`;
}

/** Reads the platform's trailers; what is malformed or foreign is left out. */
export function readTrailers(trailers: readonly Trailer[]): StateTrailers {
  const read: StateTrailers = { runs: [], stacks: [], correlations: [] };
  for (const [key, value] of trailers) {
    if (key === 'Codex-Run') read.runs.push(value);
    if (key === 'Codex-Correlation') read.correlations.push(value);
    if (key === 'Codex-Stack') {
      const [stack, contentHash, sourceSha, runId, ...more] = value.split(' ');
      if (stack && contentHash && sourceSha && runId && more.length === 0) {
        read.stacks.push({ stack, contentHash, sourceSha, runId });
      }
    }
    const renderer = key === 'Codex-Renderer' ? /^(\S+)\/(\d+)$/.exec(value) : null;
    if (renderer !== null)
      read.renderer = { version: renderer[1] ?? '', rendering: Number(renderer[2]) };
  }
  return read;
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
}
