import type { Findings } from '../diagnostics/index.ts';
import { at, keyPlace, stringOf, type YamlMap } from '../yaml/index.ts';

/** The project that is this platform itself. */
export const platformProject = 'codex-k8s';

/** The project a stack belongs to. */
export function projectOf(root: YamlMap): string | undefined {
  return stringOf(at(root, ['spec', 'project'])) ?? stringOf(at(root, ['metadata', 'name']));
}

/**
 * The project codex-k8s keeps the literal template `{{ .Project }}-production` and the namespace
 * `codex-k8s-prod` that exists already; other projects are free. Looked at before any template is
 * executed. Source: design §3.5, epic S3 day 9.
 */
export function checkProductionNamespace(findings: Findings, root: YamlMap): void {
  if (projectOf(root) !== platformProject) return;
  const environments = at(root, ['spec', 'environments']) ?? root;
  const template = at(environments, ['production', 'namespaceTemplate']);
  if (stringOf(template) !== '{{ .Project }}-production') {
    const place = template ?? keyPlace(environments, 'production');
    findings.report(
      'production-namespace',
      place,
      'environments.production.namespaceTemplate must be "{{ .Project }}-production"',
    );
  }
  const overrides = at(root, ['spec', 'namespaceOverrides']);
  if (stringOf(at(overrides, ['codex-k8s-production'])) !== 'codex-k8s-prod') {
    const place = overrides ?? template ?? environments;
    findings.report(
      'production-namespace',
      place,
      'namespaceOverrides must map codex-k8s-production to codex-k8s-prod',
    );
  }
}
