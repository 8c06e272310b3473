import type { ValidationReport } from '@codex-k8s/schema';
import { diagnosticsMarkdown } from './diagnostics-markdown.ts';
import { commentLimit } from './diff-markdown.ts';
import { code } from './markdown.ts';

/** What `validate` found, as a comment: it fits like a diff does. */
export function validationMarkdown(report: ValidationReport, file: string): string {
  const { ok, environments, diagnostics } = report;
  const names = environments
    .slice(0, 50)
    .map((name) => code(name, 100))
    .join(', ');
  const rest = environments.length > 50 ? ` and ${environments.length - 50} more` : '';
  const verdict = ok ? 'is valid' : 'has errors';
  const head = `### ${code(file)} ${verdict}\n\n${names === '' ? '' : `Environments: ${names}${rest}\n\n`}`;
  const room = commentLimit - head.length;
  return head + diagnosticsMarkdown([{ title: 'Findings', diagnostics }], room);
}
