import type { Place, YamlScalar } from './nodes.ts';

/**
 * The place of a character inside a string scalar, where the source spells the string out letter
 * by letter; else the start of the scalar.
 */
export function placeInside(scalar: YamlScalar, index: number): Place {
  const { source, offset } = scalar;
  const before = String(scalar.value).slice(0, index);
  const first = source.text[offset];
  const start = first === '"' || first === "'" ? offset + 1 : offset;
  if (first === '|') return { source, offset: offsetInLiteral(scalar, before) };
  return source.text.startsWith(before, start) ? { source, offset: start + index } : scalar;
}

function offsetInLiteral({ source, offset }: YamlScalar, before: string): number {
  const lines = before.split('\n');
  let lineStart = offset;
  for (let count = 0; count < lines.length; count += 1) {
    const end = source.text.indexOf('\n', lineStart);
    if (end < 0) return offset;
    lineStart = end + 1;
  }
  const lastLine = lines.at(-1) ?? '';
  // The text of the line tells how far the block is indented.
  const textStart = source.text.slice(lineStart).search(/[^ ]/);
  const ownIndent = lastLine.search(/[^ ]/);
  const indent = ownIndent < 0 ? textStart : textStart - ownIndent;
  return lineStart + Math.max(indent, 0) + lastLine.length;
}
