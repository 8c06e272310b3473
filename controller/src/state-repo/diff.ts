import { isGitError } from '../git/index.ts';
import { isStackName } from './layout.ts';
import { maskSecret } from './secret-mask.ts';
import { diffTrees } from './tree-diff.ts';
import { unifiedPatch } from './unified-patch.ts';
import type { GitRepository, TreeEntry } from '../git/index.ts';
import type { DiffOptions, FileDiff } from './state-repository.ts';
import type { TreeChange } from './tree-diff.ts';
import type { PatchSide } from './unified-patch.ts';

const MAX_BYTES = 1 << 20;
const MAX_FILES = 500;
/** A larger file is named, not shown. */
const MAX_FILE_BYTES = 1 << 20;

/** See `StateRepository.diff`. */
export async function diffCommits(
  repository: GitRepository,
  from: string | undefined,
  to: string,
  options: DiffOptions = {},
): Promise<FileDiff[]> {
  const { stack, maxBytes = MAX_BYTES, maxFiles = MAX_FILES } = options;
  const [before, after] = await Promise.all(
    [from, to].map((commit) => treeOf(repository, commit, stack)),
  );
  const prefix = stack === undefined ? '' : `${stack}/`;
  const changes = await diffTrees(repository, before, after, prefix);
  const diffs: FileDiff[] = [];
  let left = maxBytes;
  for (const [index, change] of changes.entries()) {
    const diff = await diffFile(repository, change, index < maxFiles ? left : 0);
    left -= Buffer.byteLength(diff.patch);
    diffs.push(diff);
  }
  return diffs;
}

async function treeOf(
  repository: GitRepository,
  commit: string | undefined,
  stack: string | undefined,
): Promise<string | undefined> {
  if (commit === undefined) return undefined;
  const { tree } = await repository.readCommit(commit);
  if (stack === undefined) return tree;
  const root = isStackName(stack) ? ((await repository.listTree(tree)) ?? []) : [];
  return root.find(({ name, type }) => name === stack && type === 'tree')?.oid;
}

async function diffFile(
  repository: GitRepository,
  change: TreeChange,
  left: number,
): Promise<FileDiff> {
  const { path } = change;
  const kind =
    change.before === undefined ? 'added' : change.after === undefined ? 'removed' : 'modified';
  const cut = (patch: string): FileDiff => ({ path, change: kind, patch, truncated: true });
  if (left <= 0) return cut('');
  const [before, after] = await Promise.all(
    [change.before, change.after].map((entry) => readSide(repository, path, entry)),
  );
  if (before === 'unshown' || after === 'unshown')
    return cut(left < 200 ? '' : `Binary or large file ${path} differs\n`);
  // Whether a side is a Secret says nothing about the other: both are shown alike.
  const hidden = before?.shown !== undefined || after?.shown !== undefined;
  const patch = unifiedPatch(path, hidden ? hide(before) : before, hidden ? hide(after) : after);
  if (Buffer.byteLength(patch) <= left) return { path, change: kind, patch, truncated: false };
  return cut(wholeLines(patch, left));
}

async function readSide(
  repository: GitRepository,
  path: string,
  entry: TreeEntry | undefined,
): Promise<PatchSide | 'unshown' | undefined> {
  if (entry === undefined) return undefined;
  const bytes = await repository.readBlob(entry.oid).catch(tooLarge);
  if (bytes === undefined || bytes.length > MAX_FILE_BYTES || bytes.includes(0)) return 'unshown';
  const text = bytes.toString('utf8');
  const shown = maskSecret(path, text);
  return shown === undefined ? { text } : { text, shown };
}

function hide(side: PatchSide | undefined): PatchSide | undefined {
  if (side === undefined || side.shown !== undefined) return side;
  return { ...side, shown: side.text.split('\n').map((line) => (line === '' ? '' : '***')) };
}

function wholeLines(patch: string, maxBytes: number): string {
  const bytes = Buffer.from(patch).subarray(0, maxBytes);
  return bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1).toString('utf8');
}

function tooLarge(error: unknown): undefined {
  if (!isGitError(error, 'CK-GIT-004')) throw error;
}
