import { shorten, visible } from './visible.ts';

/** A text in a code span: GitHub makes no links, mentions or emphasis in it. */
export function code(text: string, longest = 1_000): string {
  const line = shorten(visible(text).replace(/\s+/g, ' ').trim(), longest);
  if (line === '') return '` `';
  const fence = '`'.repeat(longestRun(line) + 1);
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${line}${pad}${fence}`;
}

/** The same in a cell of a table, which a bar would end. */
export function cell(text: string, longest?: number): string {
  return code(text, longest).replaceAll('|', '\\|');
}

/** A text in HTML, such as a summary. */
export function html(text: string, longest: number): string {
  return shorten(visible(text).replace(/\s+/g, ' '), longest)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** A sentence that stays a sentence: no markup, no HTML, nobody mentioned, nothing linked. */
export function prose(text: string, longest: number): string {
  return shorten(visible(text).replace(/\s+/g, ' '), longest)
    .replace(/[\\`*_{}[\]<>()#+!|~$&=^-]/g, '\\$&')
    .replace(/@|\\#|:(?=\/\/)|\bGH(?=\\-)|\bwww(?=\.)/g, '$&\u200b');
}

/** Lines in a fenced block that nothing inside can end. */
export function fenced(language: string, lines: readonly string[]): string {
  const text = lines.map(visible).join('\n');
  const fence = '`'.repeat(Math.max(2, longestRun(text)) + 1);
  return `${fence}${language}\n${text}\n${fence}\n`;
}

export function details(summary: string, body: string, isOpen = false): string {
  return `<details${isOpen ? ' open' : ''}><summary>${summary}</summary>\n\n${body}\n</details>\n\n`;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
}
