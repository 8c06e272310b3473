import { suggest, type Findings } from '../diagnostics/index.ts';
import type { YamlNode } from '../yaml/index.ts';
import type { DeclaredSecret } from './declared-secrets.ts';
import { secretReferences } from './secret-references.ts';

/**
 * Reports what the typed parts of a unit read and will not find.
 *
 * @param made names of the secrets that objects of the stack are or make
 */
export function checkSecrets(
  findings: Findings,
  unit: YamlNode,
  declared: ReadonlyMap<string, DeclaredSecret>,
  made: ReadonlySet<string>,
): void {
  for (const { name, key, isOptional, nameNode, keyNode } of secretReferences(unit)) {
    const secret = declared.get(name);
    if (secret === undefined) {
      if (isOptional || made.has(name)) continue;
      const hint = suggest(name, [...declared.keys(), ...made]);
      const message = `the secret ${name} is not declared`;
      findings.report('undeclared-secret', nameNode, message, hint === undefined ? {} : { hint });
    } else if (secret.withheld !== undefined) {
      if (!isOptional)
        findings.report('withheld-secret', nameNode, `the secret ${name} ${secret.withheld}`);
    } else if (key !== undefined && keyNode !== undefined && !secret.keys.includes(key)) {
      const hint = suggest(key, secret.keys) ?? `It has: ${secret.keys.join(', ')}.`;
      findings.report('unknown-secret-key', keyNode, `the secret ${name} has no key ${key}`, {
        hint,
      });
    }
  }
}
