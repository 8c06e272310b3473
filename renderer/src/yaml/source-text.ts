/** Line and column, both counted from 1; columns are UTF-16 code units. */
export interface Position {
  line: number;
  column: number;
}

/** A text that values come from. */
export interface SourceText {
  /** Path relative to the root of the source. */
  readonly file: string;
  readonly text: string;
  /** Computed when asked for: almost no position is ever looked at. */
  locate(offset: number): Position;
}

/** A text as it stands in a file. */
export function sourceText(file: string, text: string): SourceText {
  let lines: readonly number[] | undefined;
  return {
    file,
    text,
    locate(offset) {
      lines ??= lineStarts(text);
      return positionIn(text, offset, lines);
    },
  };
}

/**
 * Line and column of an index into a text.
 *
 * @param lines where its lines start; worth keeping where several positions are asked for
 */
export function positionIn(
  text: string,
  offset: number,
  lines: readonly number[] = lineStarts(text),
): Position {
  const end = Math.max(0, Math.min(offset, text.length));
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lines[middle] ?? 0) <= end) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: end - (lines[low] ?? 0) + 1 };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let next = text.indexOf('\n'); next >= 0; next = text.indexOf('\n', next + 1))
    starts.push(next + 1);
  return starts;
}
