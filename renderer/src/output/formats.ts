import type { Diagnostic, RenderDiff, ValidationReport } from '@codex-k8s/schema';
import { formatDiagnostics } from '../diagnostics/index.ts';
import { printYaml } from '../yaml/index.ts';
import { commentLimit, formatDiffMarkdown } from './diff-markdown.ts';
import { formatDiffText, summaryOf } from './diff-text.ts';
import { diagnosticsMarkdown } from './diagnostics-markdown.ts';
import { diagnosticCommands, workflowCommand } from './github-commands.ts';
import { code } from './markdown.ts';
import { formatSarif } from './sarif.ts';

/** Every format that a report comes in. */
export type ReportFormat = 'text' | 'json' | 'yaml' | 'sarif' | 'github' | 'markdown';

export interface ReportOptions {
  format: ReportFormat;
  colour: boolean;
  /** The services.yaml, from the root of its repository: where findings without a place belong. */
  file: string;
  /** Path from the root of the repository to that of the source, with a slash behind it, or `''`. */
  prefix?: string;
}

/** What `validate` prints as its data. */
export function formatValidation(report: ValidationReport, options: ReportOptions): string {
  const diagnostics = inRepository(report.diagnostics, options);
  switch (options.format) {
    case 'text':
      return formatDiagnostics(report.diagnostics, { colour: options.colour });
    case 'json':
      return toJson(report);
    case 'yaml':
      return toYaml(report);
    case 'sarif':
      return formatSarif(diagnostics, options.file);
    case 'github':
      return diagnosticCommands(diagnostics);
    case 'markdown':
    default:
      return validationMarkdown({ ...report, diagnostics }, options);
  }
}

/**
 * What `diff` prints as its data.
 *
 * @param whole how to see the whole when the markdown had to be cut
 */
export function formatDiff(
  diff: RenderDiff,
  options: ReportOptions & { whole: string; limit?: number },
): string {
  const head = inRepository(diff.head.diagnostics, options);
  switch (options.format) {
    case 'text':
      return formatDiffText(diff, options);
    case 'json':
      return toJson(diff);
    case 'yaml':
      return toYaml(diff);
    case 'sarif':
      return formatSarif(head, options.file);
    case 'github':
      return `${diagnosticCommands(head)}${diffCommands(diff)}`;
    case 'markdown':
    default:
      return formatDiffMarkdown({ ...diff, head: { ...diff.head, diagnostics: head } }, options);
  }
}

function diffCommands(diff: RenderDiff): string {
  const title = 'codex-k8s diff';
  const baseFailed = diff.base.diagnostics.some(({ severity }) => severity === 'error');
  const warning = `${diff.base.name} does not render: everything counts as created`;
  return `${baseFailed ? workflowCommand('warning', { title }, warning) : ''}${workflowCommand('notice', { title }, summaryOf(diff))}`;
}

function validationMarkdown(
  { ok, environments, diagnostics }: ValidationReport,
  options: ReportOptions,
): string {
  const names = environments
    .slice(0, 50)
    .map((name) => code(name, 100))
    .join(', ');
  const rest = environments.length > 50 ? ` and ${environments.length - 50} more` : '';
  const verdict = ok ? 'is valid' : 'has errors';
  const head = `### ${code(options.file)} ${verdict}\n\n${names === '' ? '' : `Environments: ${names}${rest}\n\n`}`;
  return (
    head + diagnosticsMarkdown([{ title: 'Findings', diagnostics }], commentLimit - head.length)
  );
}

/** Annotations are placed by paths from the root of the repository. */
function inRepository(
  diagnostics: readonly Diagnostic[],
  { prefix = '' }: ReportOptions,
): Diagnostic[] {
  return diagnostics.map((diagnostic) =>
    diagnostic.file === undefined ? diagnostic : { ...diagnostic, file: prefix + diagnostic.file },
  );
}

function toJson(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function toYaml(value: object): string {
  return printYaml(JSON.parse(JSON.stringify(value)));
}
