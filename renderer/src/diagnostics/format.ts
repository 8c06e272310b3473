import type { Diagnostic } from '@codex-k8s/schema';

const colours = { error: '31', warning: '33', info: '36' } as const;

/** Diagnostics for people: `file:line:column severity code message`, then path and hint. */
export function formatDiagnostics(
  diagnostics: readonly Diagnostic[],
  options: { colour: boolean },
): string {
  return diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, options.colour)).join('');
}

function formatDiagnostic(diagnostic: Diagnostic, colour: boolean): string {
  const paint = (code: string, text: string) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);
  const { file, line, column, severity, code, message, path, hint } = diagnostic;
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  const head = `${place === '' ? '' : `${paint('1', place)} `}${paint(colours[severity], severity)} ${code} ${message}`;
  const at = path === undefined ? '' : `\n    at ${path}`;
  const help = hint === undefined ? '' : `\n    ${paint('2', `hint: ${hint}`)}`;
  return `${head}${at}${help}\n`;
}
