import type { ParsedText, SourceSet } from '../sources/index.ts';
import { sourceText, type Position, type SourceText } from '../yaml/index.ts';

/**
 * A text that a program made from a file, whose places lead back into that file as well as they
 * can: to the line that says the same, else to one that begins alike, else to the first line.
 *
 * @param from the file it was made from, and its text
 */
function printedText(text: string, from: { file: string; text: string }): SourceText {
  const printed = sourceText(from.file, text);
  return {
    file: from.file,
    text,
    locate(offset) {
      const { line, column } = printed.locate(offset);
      return findLine(text.split('\n')[line - 1] ?? '', column, from.text.split('\n'));
    },
  };
}

function findLine(wanted: string, column: number, lines: readonly string[]): Position {
  const trimmed = wanted.trim();
  const key = /^(?:- )*[\w./"-]+:/.exec(trimmed)?.[0];
  const same = lines.findIndex((line) => line.trim() === trimmed);
  const alike = (line: string): boolean => key !== undefined && line.trim().startsWith(key);
  const index = same < 0 ? lines.findIndex(alike) : same;
  const found = lines[index];
  if (found === undefined || trimmed === '') return { line: 1, column: 1 };
  // The program may have indented it in another way.
  const shift = found.search(/\S/) - wanted.search(/\S/);
  return { line: index + 1, column: Math.max(1, Math.min(column + shift, found.length)) };
}

/**
 * Parses what a program printed. Charts are written for readers of YAML 1.1: a number such as 0644
 * is octal there, and nothing else can be meant.
 */
export async function parsePrinted(
  sources: SourceSet,
  text: string,
  from: { file: string; text: string },
): Promise<ParsedText> {
  const parsed = await sources.parseText(printedText(text, from));
  const decimal = withDecimals(text, parsed);
  return decimal === text ? parsed : sources.parseText(printedText(decimal, from));
}

/** Octal numbers as decimal ones, which are never longer: every place stays where it is. */
function withDecimals(text: string, { problems }: ParsedText): string {
  let decimal = text;
  for (const { kind, offset } of problems) {
    const octal =
      kind === 'ambiguous' ? /^0[0-7]+(?=[\s,}\]]|$)/.exec(text.slice(offset))?.[0] : undefined;
    if (octal === undefined) continue;
    const number = String(Number.parseInt(octal, 8)).padEnd(octal.length);
    decimal = decimal.slice(0, offset) + number + decimal.slice(offset + octal.length);
  }
  return decimal;
}
