import type { Secret } from '@codex-k8s/schema';
import { checkPart } from '../contract/index.ts';
import { suggest } from '../diagnostics/index.ts';
import { evaluateNode } from '../evaluation/index.ts';
import type { RenderScope } from '../render-scope.ts';
import type { TemplateContext } from '../template/index.ts';
import { child, itemsOf, stringOf, type Value, type YamlNode } from '../yaml/index.ts';

/** A secret of spec.secrets, as the environment sees it. */
export interface DeclaredSecret {
  name: string;
  keys: readonly string[];
  source: Secret['source'];
  /** Opaque; a new one means new values. Undefined when the caller names none. */
  version: string | undefined;
  /** Why this environment does not get it; undefined when it does. */
  withheld: string | undefined;
}

/**
 * The secrets of a stack by name, with their templates executed.
 *
 * @param node spec.secrets
 * @param environments own names of environments by name and alias
 */
export function declareSecrets(
  scope: RenderScope,
  node: YamlNode | undefined,
  context: TemplateContext,
  environment: string,
  environments: ReadonlyMap<string, string>,
): Map<string, DeclaredSecret> {
  const secrets = new Map<string, DeclaredSecret>();
  const versions = scope.inputs.secretVersions ?? {};
  for (const item of itemsOf(node)) {
    const before = scope.findings.errors;
    const evaluated = evaluateNode(item, scope.templates, context);
    if (scope.findings.errors > before) continue;
    const checked = checkPart(scope.findings, 'secret', evaluated);
    reportEnvironments(scope, item, environments);
    if (checked === undefined) continue;
    const secret = asSecret(checked.value);
    const { name, keys, source } = secret;
    const version = Object.hasOwn(versions, name) ? versions[name] : undefined;
    const withheld = withheldBecause(secret, environment, scope.inputs.slot, environments);
    secrets.set(name, { name, keys, source, version, withheld });
  }
  return secrets;
}

function withheldBecause(
  { environments, slotAccess, source }: Secret,
  environment: string,
  slot: number | undefined,
  names: ReadonlyMap<string, string>,
): string | undefined {
  const listed = environments?.map((name) => names.get(name));
  if (listed !== undefined && !listed.includes(environment)) return `is not for ${environment}`;
  const inSlots = slotAccess ?? source === 'generated';
  return slot === undefined || inSlots ? undefined : 'is not for slots';
}

function reportEnvironments(
  scope: RenderScope,
  secret: YamlNode,
  environments: ReadonlyMap<string, string>,
): void {
  for (const node of itemsOf(child(secret, 'environments'))) {
    const name = stringOf(node) ?? '';
    if (environments.has(name)) continue;
    const hint = suggest(name, environments.keys());
    const message = `there is no environment ${name}`;
    scope.findings.report('unknown-environment', node, message, hint === undefined ? {} : { hint });
  }
}

function asSecret(value: Value): Secret {
  // oxlint-disable-next-line no-unsafe-type-assertion -- checked against the schema just before
  return value as unknown as Secret;
}
