import type { Diagnostic } from '@codex-k8s/schema';
import { visible } from './visible.ts';

/** One command of GitHub's runner. Source: "Workflow commands for GitHub Actions". */
export function workflowCommand(
  command: 'error' | 'warning' | 'notice',
  properties: Readonly<Record<string, string | number | undefined>>,
  message: string,
): string {
  const given = Object.entries(properties).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${escapeProperty(String(value))}`],
  );
  const head = given.length === 0 ? command : `${command} ${given.join(',')}`;
  return `::${head}::${escapeData(visible(message))}\n`;
}

/** An annotation per diagnostic. */
export function diagnosticCommands(diagnostics: readonly Diagnostic[]): string {
  return diagnostics
    .map(({ severity, code, message, file, line, column, hint }) =>
      workflowCommand(
        severity === 'info' ? 'notice' : severity,
        { file, line, col: column, title: code },
        hint === undefined ? message : `${message}\n${hint}`,
      ),
    )
    .join('');
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
