import type { OutputPiece } from '../template/index.ts';
import { sourceText, type SourceText } from '../yaml/index.ts';

/**
 * The output of a template file as a text whose places lead back into the template: what is
 * wrong in the output is pointed at where a person can change it.
 */
export function templateOutput(
  file: string,
  template: string,
  pieces: readonly OutputPiece[],
): SourceText {
  const origin = sourceText(file, template);
  const starts: number[] = [];
  let length = 0;
  for (const piece of pieces) {
    starts.push(length);
    length += piece.text.length;
  }
  return {
    file,
    text: pieces.map((piece) => piece.text).join(''),
    locate(offset) {
      const index = starts.findLastIndex((start) => start <= offset);
      const piece = pieces[index];
      if (piece === undefined) return origin.locate(0);
      const inside = piece.verbatim ? offset - (starts[index] ?? 0) : 0;
      return origin.locate(piece.offset + inside);
    },
  };
}
