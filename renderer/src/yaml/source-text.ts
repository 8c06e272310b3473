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
  return { file, text, locate: (offset) => positionIn(text, offset) };
}

/** Line and column of an index into a text. */
export function positionIn(text: string, offset: number): Position {
  const end = Math.max(0, Math.min(offset, text.length));
  let line = 1;
  let start = 0;
  for (let next = text.indexOf('\n'); next >= 0 && next < end; next = text.indexOf('\n', start)) {
    line += 1;
    start = next + 1;
  }
  return { line, column: end - start + 1 };
}
