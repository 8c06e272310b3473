import type { ProblemName } from '../diagnostics/index.ts';
import {
  checkConsistency,
  validateObject,
  type ApiCatalog,
  type SchemaFault,
  type Shape,
} from '../object-schemas/index.ts';
import { groupOf, type FinishedObject, type FinishedUnit } from '../objects/index.ts';
import { podOf } from './pods.ts';
import type { Policy, PolicyFacts } from './policy.ts';
import { policies } from './rules/index.ts';

/** What is found in one object, before the environment decides how heavy it weighs. */
export interface ObjectFinding {
  object: FinishedObject;
  problem: ProblemName;
  /** The rule that found it; undefined for what the API server would refuse. */
  policy: Policy | undefined;
  path: readonly (string | number)[];
  /** Whether the name of the field at the path is meant, not its value. */
  isKey: boolean;
  message: string;
  hint: string | undefined;
}

/** What objects are held against. */
export interface CheckFacts extends PolicyFacts {
  catalog: ApiCatalog;
  /** Kinds that CustomResourceDefinitions bring, by `<apiVersion> <kind>`. */
  defined: ReadonlyMap<string, Shape>;
  /** What a version that the catalog does not have says of an API. */
  isRemoved(apiVersion: string, kind: string): { since: string; replacement?: string } | undefined;
  isKnownElsewhere(apiVersion: string, kind: string): boolean;
  /** Everything that the findings of a unit depend on besides the unit; undefined: keep nothing. */
  key: string | undefined;
}

const problems: Readonly<Record<SchemaFault['fault'], ProblemName>> = {
  'unknown-field': 'unknown-object-field',
  'missing-field': 'missing-object-field',
  'wrong-type': 'wrong-object-type',
  'invalid-value': 'invalid-object-value',
  'duplicate-item': 'duplicate-list-item',
};

/** A unit that did not change is not looked at again: its findings stay with it. */
const known = new WeakMap<FinishedUnit, { key: string; findings: readonly ObjectFinding[] }>();

/** Everything that schemas and rules say against the objects of a unit. */
export function checkUnit(unit: FinishedUnit, facts: CheckFacts): readonly ObjectFinding[] {
  const before = known.get(unit);
  if (before !== undefined && before.key === facts.key) return before.findings;
  const findings = unit.objects.flatMap((object) => [
    ...schemaFindings(object, facts),
    ...policyFindings(object, facts),
  ]);
  if (facts.key !== undefined) known.set(unit, { key: facts.key, findings });
  return findings;
}

function schemaFindings(object: FinishedObject, facts: CheckFacts): ObjectFinding[] {
  const { apiVersion, kind } = object.planned;
  const shape = facts.catalog.find(apiVersion, kind) ?? facts.defined.get(`${apiVersion} ${kind}`);
  if (shape === undefined) return unknownKind(object, facts);
  const faults = [
    ...validateObject(shape, object.value, { hidesValues: kind.endsWith('Secret') }),
    ...checkConsistency(apiVersion, kind, object.value),
  ];
  return faults.map(({ fault, path, message, hint }) => ({
    object,
    problem: problems[fault],
    policy: undefined,
    path,
    isKey: fault === 'unknown-field',
    message,
    hint,
  }));
}

function unknownKind(object: FinishedObject, facts: CheckFacts): ObjectFinding[] {
  const { apiVersion, kind } = object.planned;
  const base = { object, policy: undefined, isKey: false };
  const removed = facts.isRemoved(apiVersion, kind);
  if (removed !== undefined) {
    const { since, replacement } = removed;
    const message = `${apiVersion} ${kind} is not served any more since Kubernetes ${since}`;
    const hint = replacement === undefined ? undefined : `Use ${replacement}.`;
    return [{ ...base, problem: 'removed-api', path: ['apiVersion'], message, hint }];
  }
  if (facts.isKnownElsewhere(apiVersion, kind)) return [];
  if (facts.catalog.hasGroup(groupOf(apiVersion))) {
    const message = `Kubernetes ${facts.catalog.version} has no ${apiVersion} ${kind}`;
    const hint = nearKind(facts.catalog, apiVersion, kind);
    return [{ ...base, problem: 'unknown-kind', path: ['kind'], message, hint }];
  }
  const message = `${apiVersion} ${kind} is not checked: its definition is not known`;
  return [{ ...base, problem: 'unchecked-kind', path: ['kind'], message, hint: undefined }];
}

/** The same kind in another version or group, or a kind that is written almost so. */
function nearKind(catalog: ApiCatalog, apiVersion: string, kind: string): string | undefined {
  const kinds = catalog.kinds();
  const elsewhere = kinds.filter((key) => key.endsWith(` ${kind}`));
  if (elsewhere.length > 0) return `There is: ${elsewhere.join(', ')}.`;
  const lower = kind.toLowerCase();
  const own = kinds
    .filter((key) => key.startsWith(`${apiVersion} `))
    .map((key) => key.split(' ')[1]);
  const same = own.find((name) => name?.toLowerCase() === lower);
  return same === undefined ? undefined : `Did you mean ${JSON.stringify(same)}?`;
}

function policyFindings(object: FinishedObject, facts: CheckFacts): ObjectFinding[] {
  const { apiVersion, kind, name } = object.planned;
  const { value, node } = object;
  const pod = podOf(apiVersion, kind, value);
  const seen = { apiVersion, kind, name, value, pod, isTyped: node === undefined };
  const findings: ObjectFinding[] = [];
  for (const policy of policies) {
    for (const { path, message, hint } of policy.check(seen, facts))
      findings.push({ object, problem: policy.name, policy, path, isKey: false, message, hint });
  }
  return findings;
}
