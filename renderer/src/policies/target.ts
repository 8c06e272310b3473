import type { Findings } from '../diagnostics/index.ts';
import {
  bundledVersions,
  compareVersions,
  defaultKubernetesVersion,
  definedKinds,
  lifecycleOf,
  loadCatalog,
  loadLifecycles,
  parseVersion,
  type Shape,
} from '../object-schemas/index.ts';
import { stringOf, toValue, type Value, type YamlNode } from '../yaml/index.ts';
import type { CheckFacts } from './check-unit.ts';

/** What the target cluster is known to be. */
export interface Target {
  /** From the caller; it wins. */
  given: string | undefined;
  /** `spec.kubernetes.version`. */
  declared: YamlNode | undefined;
  /** CustomResourceDefinitions, of the stack and of the files it names. */
  definitions: readonly { [key: string]: Value }[];
  /** Everything the definitions depend on; undefined when that cannot be told. */
  definitionsKey: string | undefined;
  slotSecrets: ReadonlySet<string> | undefined;
  hasDefaultLimit: boolean;
}

/** The facts that objects are held against, and whether the target is newer than what is known. */
export async function targetFacts(
  findings: Findings,
  target: Target,
): Promise<{ facts: CheckFacts; isNewerThanKnown: boolean }> {
  const text = target.given ?? stringOf(target.declared) ?? defaultKubernetesVersion;
  const version = parseVersion(text) ?? defaultKubernetesVersion;
  const catalog = await loadCatalog(version);
  const table = await loadLifecycles();
  if (catalog.version !== version || parseVersion(text) === undefined)
    reportVersion(findings, target, text, catalog.version);
  const defined = new Map<string, Shape>(
    target.definitions.flatMap((definition) => definedKinds(definition, catalog.objectMeta)),
  );
  const { definitionsKey, hasDefaultLimit, slotSecrets } = target;
  const stateOf = (apiVersion: string, kind: string) =>
    lifecycleOf(table, apiVersion, kind, version);
  const facts: CheckFacts = {
    catalog,
    defined,
    slotSecrets,
    hasDefaultLimit,
    lifecycleOf(apiVersion, kind) {
      const lifecycle = stateOf(apiVersion, kind);
      const isServed = catalog.find(apiVersion, kind) !== undefined;
      return lifecycle?.state === 'removed' && !isServed ? undefined : lifecycle;
    },
    isRemoved(apiVersion, kind) {
      const lifecycle = stateOf(apiVersion, kind);
      if (lifecycle?.state !== 'removed') return undefined;
      const { since, replacement } = lifecycle;
      return replacement === undefined ? { since } : { since, replacement };
    },
    // An older version than those that are known may still have it.
    isKnownElsewhere: (apiVersion, kind) => Object.hasOwn(table, `${apiVersion} ${kind}`),
    key: definitionsKey === undefined ? undefined : keyOf(version, target),
  };
  const newest = bundledVersions.at(-1) ?? defaultKubernetesVersion;
  return { facts, isNewerThanKnown: compareVersions(version, newest) > 0 };
}

function keyOf(version: string, target: Target): string {
  const { definitionsKey, hasDefaultLimit, slotSecrets } = target;
  const secrets = slotSecrets === undefined ? null : [...slotSecrets].toSorted();
  return JSON.stringify([version, definitionsKey, hasDefaultLimit, secrets]);
}

function reportVersion(findings: Findings, target: Target, text: string, used: string): void {
  const place = target.given === undefined ? target.declared : undefined;
  const message = `objects are checked against Kubernetes ${used}, not ${text}`;
  const hint = `Known are ${bundledVersions.join(', ')}.`;
  findings.report('unknown-kubernetes-version', place, message, { hint });
}

/** The CustomResourceDefinitions in parsed documents, and the documents that are none. */
export function sortDefinitions(documents: readonly YamlNode[]): {
  definitions: { [key: string]: Value }[];
  others: YamlNode[];
} {
  const definitions: { [key: string]: Value }[] = [];
  const others: YamlNode[] = [];
  for (const document of documents) {
    const value = toValue(document);
    if (isDefinition(value)) definitions.push(value);
    else others.push(document);
  }
  return { definitions, others };
}

function isDefinition(value: Value): value is { [key: string]: Value } {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    value['kind'] === 'CustomResourceDefinition' &&
    value['apiVersion'] === 'apiextensions.k8s.io/v1'
  );
}
