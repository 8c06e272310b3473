/** A stretch of lines in which two texts differ: `[from, to)` of each, counted from 0. */
export interface Difference {
  oldStart: number;
  oldEnd: number;
  newStart: number;
  newEnd: number;
}

/** Edits searched for before the rest counts as replaced; beyond it a finer answer helps no reader. */
const MAX_EDITS = 1_000;

/**
 * The differences between two lists of lines, in order (Myers' greedy algorithm, after the equal
 * start and end are set aside). Shortest up to 1,000 edits; more become one replaced stretch.
 */
export function diffLines(before: readonly string[], after: readonly string[]): Difference[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start])
    start += 1;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  ) {
    end += 1;
  }
  const a = before.slice(start, before.length - end);
  const b = after.slice(start, after.length - end);
  if (a.length === 0 && b.length === 0) return [];
  const whole = { oldStart: 0, oldEnd: a.length, newStart: 0, newEnd: b.length };
  const middle = a.length === 0 || b.length === 0 ? [whole] : (shortest(a, b) ?? [whole]);
  return middle.map(({ oldStart, oldEnd, newStart, newEnd }) => ({
    oldStart: oldStart + start,
    oldEnd: oldEnd + start,
    newStart: newStart + start,
    newEnd: newEnd + start,
  }));
}

/** Undefined when more than MAX_EDITS lines would have to change. */
function shortest(a: readonly string[], b: readonly string[]): Difference[] | undefined {
  const limit = Math.min(a.length + b.length, MAX_EDITS);
  const reach = new Int32Array(2 * limit + 3);
  const at = (k: number) => reach[k + limit + 1] ?? 0;
  const history: Int32Array[] = [];
  for (let d = 0; d <= limit; d += 1) {
    history.push(reach.slice());
    for (let k = -d; k <= d; k += 2) {
      let x = k === -d || (k !== d && at(k - 1) < at(k + 1)) ? at(k + 1) : at(k - 1) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1;
      reach[k + limit + 1] = x;
      if (x >= a.length && x - k >= b.length) return traceBack(a.length, b.length, history, limit);
    }
  }
  return undefined;
}

function traceBack(
  oldLength: number,
  newLength: number,
  history: readonly Int32Array[],
  limit: number,
): Difference[] {
  const differences: Difference[] = [];
  let [x, y] = [oldLength, newLength];
  for (let d = history.length - 1; d > 0; d -= 1) {
    const reach = history[d] ?? new Int32Array();
    const at = (k: number) => reach[k + limit + 1] ?? 0;
    const k = x - y;
    const down = k === -d || (k !== d && at(k - 1) < at(k + 1));
    const from = at(down ? k + 1 : k - 1);
    const [fromX, fromY] = [from, from - (down ? k + 1 : k - 1)];
    const [stepX, stepY] = down ? [fromX, fromY + 1] : [fromX + 1, fromY];
    const next = differences[0];
    // Edits that touch belong together.
    if (next !== undefined && next.oldStart === stepX && next.newStart === stepY) {
      next.oldStart = fromX;
      next.newStart = fromY;
    } else {
      differences.unshift({ oldStart: fromX, oldEnd: stepX, newStart: fromY, newEnd: stepY });
    }
    [x, y] = [fromX, fromY];
  }
  return differences;
}
