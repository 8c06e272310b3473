import type { Diagnostic, RenderDiff } from '@codex-k8s/schema';
import { summaryOf } from './diff-text.ts';
import { diagnosticCommands, workflowCommand } from './github-commands.ts';

const title = 'codex-k8s diff';

/**
 * A diff for the log of a job: an annotation per finding, and one line that says how much differs.
 *
 * @param findings of the head, placed from the root of the repository
 */
export function diffCommands(diff: RenderDiff, findings: readonly Diagnostic[]): string {
  const baseFailed = diff.base.diagnostics.some(({ severity }) => severity === 'error');
  const warning = `${diff.base.name} does not render: everything counts as created`;
  return (
    diagnosticCommands(findings) +
    (baseFailed ? workflowCommand('warning', { title }, warning) : '') +
    workflowCommand('notice', { title }, summaryOf(diff))
  );
}
