import type { GitRepository } from '../git/index.ts';

/** What a state commit records about a stack directory. */
export interface StackRecord {
  /** The state commit that says so. */
  commit: string;
  source: string;
  run: string;
  /** `<version>/<rendering>`, when it is recorded. */
  renderer: string | undefined;
}

/** How far back records are looked for. */
const maxCommits = 10_000;

/**
 * The record of a stack directory: the newest commit, from the given one back, whose trailers name the
 * stack with this content.
 */
export async function findRecord(
  state: GitRepository,
  commit: string,
  stack: string,
  contentHash: string,
): Promise<StackRecord | undefined> {
  let next: string | undefined = commit;
  for (let count = 0; next !== undefined && count < maxCommits; count += 1) {
    const { oid, message, parents }: Awaited<ReturnType<GitRepository['readCommit']>> =
      await state.readCommit(next);
    const record = readRecord(message, stack, contentHash);
    if (record !== undefined) return { commit: oid, ...record };
    next = parents[0];
  }
  return undefined;
}

/**
 * Reads the trailers `Codex-Stack: <stack> <content hash> <source> <run>` and, after it,
 * `Codex-Renderer: <version>/<rendering>`. Only the last paragraph counts: what a subject says is no
 * record.
 */
export function readRecord(
  message: string,
  stack: string,
  contentHash: string,
): Omit<StackRecord, 'commit'> | undefined {
  const lines =
    message
      .trimEnd()
      .split(/\n\s*\n/)
      .at(-1)
      ?.split('\n') ?? [];
  const trailers = lines.map((line) => /^([A-Za-z0-9-]+): (.*)$/.exec(line)?.slice(1) ?? []);
  const index = trailers.findIndex(([key = '', value = '']) => {
    const [name, hash] = value.split(' ');
    return key === 'Codex-Stack' && name === stack && hash === contentHash;
  });
  const [, , source, run, ...more] = trailers[index]?.[1]?.split(' ') ?? [];
  if (source === undefined || run === undefined || more.length > 0) return undefined;
  const after = trailers.slice(index + 1);
  const end = after.findIndex(([key]) => key === 'Codex-Stack');
  const own = end < 0 ? after : after.slice(0, end);
  return { source, run, renderer: own.find(([key]) => key === 'Codex-Renderer')?.[1] };
}
