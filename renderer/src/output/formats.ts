import type { Diagnostic, RenderDiff, ValidationReport } from '@codex-k8s/schema';
import { formatDiagnostics } from '../diagnostics/index.ts';
import { printYaml } from '../yaml/index.ts';

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

// Each format is loaded when it is asked for: a short command does not pay for the others.

/** What `validate` prints as its data. */
export async function formatValidation(
  report: ValidationReport,
  options: ReportOptions,
): Promise<string> {
  const diagnostics = inRepository(report.diagnostics, options);
  switch (options.format) {
    case 'text':
      return formatDiagnostics(report.diagnostics, { colour: options.colour });
    case 'json':
      return toJson(report);
    case 'yaml':
      return toYaml(report);
    case 'sarif':
      return (await import('./sarif.ts')).formatSarif(diagnostics, options.file);
    case 'github':
      return (await import('./github-commands.ts')).diagnosticCommands(diagnostics);
    case 'markdown':
    default: {
      const { validationMarkdown } = await import('./validation-markdown.ts');
      return validationMarkdown({ ...report, diagnostics }, options.file);
    }
  }
}

/**
 * What `diff` prints as its data.
 *
 * @param whole how to see the whole when the markdown had to be cut
 */
export async function formatDiff(
  diff: RenderDiff,
  options: ReportOptions & { whole: string; limit?: number },
): Promise<string> {
  const diagnostics = inRepository(diff.head.diagnostics, options);
  switch (options.format) {
    case 'text':
      return (await import('./diff-text.ts')).formatDiffText(diff, options);
    case 'json':
      return toJson(diff);
    case 'yaml':
      return toYaml(diff);
    case 'sarif':
      return (await import('./sarif.ts')).formatSarif(diagnostics, options.file);
    case 'github':
      return (await import('./diff-commands.ts')).diffCommands(diff, diagnostics);
    case 'markdown':
    default: {
      const { formatDiffMarkdown } = await import('./diff-markdown.ts');
      return formatDiffMarkdown({ ...diff, head: { ...diff.head, diagnostics } }, options);
    }
  }
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
