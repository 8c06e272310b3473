/** One line of a hunk; numbers are those of the old and the new file. */
export interface PatchLine {
  kind: 'added' | 'removed' | 'context' | 'note';
  text: string;
  oldNumber?: number;
  newNumber?: number;
}

/** A run of changed lines with its surroundings. */
export interface Hunk {
  /** The `@@ … @@` line as it stands, with the section it names. */
  header: string;
  /** Unchanged lines between the hunk before, or the start of the file, and this one. */
  hiddenBefore: number;
  lines: PatchLine[];
}

/** A unified patch, taken apart. */
export interface Patch {
  hunks: Hunk[];
  added: number;
  removed: number;
}

const headerPattern = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

/** Takes a unified patch of one file apart; what stands before its first hunk is left out. */
export function parsePatch(text: string): Patch {
  const patch: Patch = { hunks: [], added: 0, removed: 0 };
  let hunk: Hunk | undefined;
  let oldNumber = 0;
  let newNumber = 0;
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const header = headerPattern.exec(line);
    if (header) {
      const [, oldStart = '0', oldCount = '1', newStart = '0'] = header;
      // Of an empty side git names the line before the hunk, so that its first line is one further.
      const first = Number(oldStart) + (Number(oldCount) === 0 ? 1 : 0);
      const before = hunk === undefined ? 1 : oldNumber;
      hunk = { header: line, hiddenBefore: Math.max(0, first - before), lines: [] };
      patch.hunks.push(hunk);
      oldNumber = first;
      newNumber = Number(newStart);
    } else if (hunk) {
      const entry = readLine(line, oldNumber, newNumber);
      hunk.lines.push(entry);
      if (entry.kind === 'added') patch.added += 1;
      if (entry.kind === 'removed') patch.removed += 1;
      if (entry.oldNumber !== undefined) oldNumber += 1;
      if (entry.newNumber !== undefined) newNumber += 1;
    }
  }
  return patch;
}

function readLine(line: string, oldNumber: number, newNumber: number): PatchLine {
  const text = line.slice(1);
  if (line.startsWith('+')) return { kind: 'added', text, newNumber };
  if (line.startsWith('-')) return { kind: 'removed', text, oldNumber };
  if (line.startsWith('\\')) return { kind: 'note', text: text.trim() };
  return { kind: 'context', text, oldNumber, newNumber };
}
