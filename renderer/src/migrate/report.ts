import type { Migration } from './migrate.ts';
import type { MigrationNote } from './notes.ts';

/** How a report is written. */
export type ReportFormat = 'text' | 'markdown';

/** The report of a migration for people: first what they must do, then what was done. */
export function describeMigration({ notes }: Migration, format: ReportFormat): string {
  const person = notes.filter(({ kind }) => kind === 'person');
  const changed = notes.filter(({ kind }) => kind === 'changed');
  const parts = [
    section(`What needs a person (${person.length})`, person, format),
    section(`What was changed (${changed.length})`, changed, format),
  ];
  const head = format === 'markdown' ? '# Migration to services.yaml v2\n\n' : '';
  return head + parts.filter((part) => part !== '').join('\n');
}

function section(title: string, notes: readonly MigrationNote[], format: ReportFormat): string {
  if (notes.length === 0) return '';
  const lines = notes.map(format === 'markdown' ? markdownLine : textLine);
  return format === 'markdown' ? `## ${title}\n\n${lines.join('')}` : `${title}\n${lines.join('')}`;
}

function placeOf({ file, line, column }: MigrationNote): string {
  return [file, line, column].filter((part) => part !== undefined).join(':');
}

function textLine(note: MigrationNote): string {
  const path = note.path === undefined ? '' : ` (${note.path})`;
  return `  ${placeOf(note)}${path}\n    ${note.message}\n    -> ${note.action}\n`;
}

function markdownLine(note: MigrationNote): string {
  const path = note.path === undefined ? '' : ` \`${note.path}\``;
  const box = note.kind === 'person' ? '- [ ] ' : '- ';
  return `${box}\`${placeOf(note)}\`${path}: ${note.message}. ${note.action}\n`;
}
