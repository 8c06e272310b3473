import { diffLines } from './line-diff.ts';
import type { Difference } from './line-diff.ts';

const CONTEXT = 3;

/** One side of a changed file. */
export interface PatchSide {
  text: string;
  /** What is shown instead of each line; same number of lines. Differences are found in the real ones. */
  shown?: readonly string[];
}

/** A unified diff of one file, as `git diff` prints it; undefined stands for no file. */
export function unifiedPatch(
  path: string,
  before: PatchSide | undefined,
  after: PatchSide | undefined,
): string {
  const [oldLines, newLines] = [linesOf(before), linesOf(after)];
  const [oldShown, newShown] = [before?.shown ?? oldLines, after?.shown ?? newLines];
  const header = [
    `diff --git a/${path} b/${path}`,
    ...(before === undefined ? ['new file mode 100644'] : []),
    ...(after === undefined ? ['deleted file mode 100644'] : []),
    `--- ${before === undefined ? '/dev/null' : `a/${path}`}`,
    `+++ ${after === undefined ? '/dev/null' : `b/${path}`}`,
  ];
  // A last line that lacks its newline is another line than the one that has it.
  const differences = diffLines(marked(oldLines, before), marked(newLines, after));
  const body: string[] = [];
  for (const group of grouped(differences)) {
    const first = group[0];
    const last = group.at(-1);
    if (first === undefined || last === undefined) continue;
    const lead = Math.min(CONTEXT, first.oldStart);
    const trail = Math.min(CONTEXT, oldLines.length - last.oldEnd);
    const oldRange = range(first.oldStart - lead, last.oldEnd + trail);
    const newRange = range(first.newStart - lead, last.newEnd + trail);
    body.push(`@@ -${oldRange} +${newRange} @@`);
    let at = first.oldStart - lead;
    const keep = (until: number, offset: number) => {
      for (; at < until; at += 1) {
        body.push(` ${newShown[at + offset] ?? ''}`);
        if (at === oldLines.length - 1) body.push(...noNewline(before));
      }
    };
    for (const { oldStart, oldEnd, newStart, newEnd } of group) {
      keep(oldStart, newStart - oldStart);
      for (; at < oldEnd; at += 1) body.push(`-${oldShown[at] ?? ''}`);
      if (oldEnd === oldLines.length && oldEnd > oldStart) body.push(...noNewline(before));
      for (let line = newStart; line < newEnd; line += 1) body.push(`+${newShown[line] ?? ''}`);
      if (newEnd === newLines.length && newEnd > newStart) body.push(...noNewline(after));
    }
    keep(last.oldEnd + trail, last.newEnd - last.oldEnd);
  }
  return `${[...(body.length === 0 ? header.slice(0, -2) : header), ...body].join('\n')}\n`;
}

function linesOf(side: PatchSide | undefined): string[] {
  if (side === undefined || side.text === '') return [];
  const lines = side.text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function marked(lines: readonly string[], side: PatchSide | undefined): readonly string[] {
  if (side === undefined || lines.length === 0 || side.text.endsWith('\n')) return lines;
  return [...lines.slice(0, -1), `${lines.at(-1) ?? ''}\0`];
}

function noNewline(side: PatchSide | undefined): string[] {
  return side === undefined || side.text.endsWith('\n') ? [] : ['\\ No newline at end of file'];
}

/** Differences whose contexts would touch share a hunk. */
function grouped(differences: readonly Difference[]): Difference[][] {
  const groups: Difference[][] = [];
  for (const difference of differences) {
    const last = groups.at(-1)?.at(-1);
    if (last !== undefined && difference.oldStart - last.oldEnd <= 2 * CONTEXT)
      groups.at(-1)?.push(difference);
    else groups.push([difference]);
  }
  return groups;
}

/** `start,count` counted from 1; an empty range names the line before it. */
function range(start: number, end: number): string {
  const count = end - start;
  return count === 1 ? `${start + 1}` : `${count === 0 ? start : start + 1},${count}`;
}
