import type { Diagnostic } from '@codex-k8s/schema';
import { code, prose } from './markdown.ts';

const icons = { error: '❌', warning: '⚠️', info: 'ℹ️' } as const;

/** Lists of diagnostics in no more than `room` characters; what does not fit is counted. */
export function diagnosticsMarkdown(
  sections: readonly { title: string; diagnostics: readonly Diagnostic[] }[],
  room: number,
): string {
  let text = '';
  for (const { title, diagnostics } of sections) {
    if (diagnostics.length === 0) continue;
    let section = `#### ${title}\n\n`;
    let shown = 0;
    for (const diagnostic of bySeverity(diagnostics)) {
      const item = describe(diagnostic);
      // Half for each: a base with many errors does not push out those of the head.
      if (section.length + item.length > room / sections.length - 100) break;
      section += item;
      shown += 1;
    }
    const rest = diagnostics.length - shown;
    text += `${section}${rest === 0 ? '' : `- … and ${rest} more\n`}\n`;
  }
  return text;
}

function bySeverity(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const order = Object.keys(icons);
  return diagnostics.toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
}

function describe({ severity, code: id, message, file, line, column, hint }: Diagnostic): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  const where = place === '' ? '' : `${code(place, 200)} `;
  const help = hint === undefined ? '' : `<br>${prose(hint, 300)}`;
  return `- ${icons[severity]} ${where}**${id}** ${prose(message, 600)}${help}\n`;
}
