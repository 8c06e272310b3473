import { suggest } from '../diagnostics/index.ts';
import { reportYaml } from '../manifests/index.ts';
import type { FinishedObject, FinishedUnit } from '../objects/index.ts';
import type { RenderScope } from '../render-scope.ts';
import type { DeclaredSecret } from '../secrets/index.ts';
import {
  at,
  child,
  fieldsOf,
  itemsOf,
  listOf,
  stringOf,
  type Value,
  type YamlMap,
  type YamlNode,
} from '../yaml/index.ts';
import { checkObjects, type CheckedUnit } from './check-objects.ts';
import type { EnvironmentClass } from './policy.ts';
import { sortDefinitions, targetFacts } from './target.ts';

/** A resolved stack, as far as its objects are checked. */
export interface CheckedStack {
  environment: { name: string; isProduction: boolean };
  /** The merged stack. */
  root: YamlMap;
  secrets: ReadonlyMap<string, DeclaredSecret>;
  units: readonly CheckedUnit[];
  /** Units that `when` left out. */
  leftOut: ReadonlySet<string>;
  /** Files that a path or pattern in services.yaml means. */
  match(path: string, node: YamlNode): Promise<readonly string[]>;
}

/** Holds every rendered object of a stack against the API of its cluster and the pack of rules. */
export async function checkStack(scope: RenderScope, stack: CheckedStack): Promise<void> {
  const { findings, inputs } = scope;
  const { environment, root, units, leftOut } = stack;
  reportEnvironments(scope, root);
  const fromFiles = await readDefinitions(scope, stack);
  const bringers = units.filter((unit) => unit.finished.definitions.length > 0);
  const own = bringers.flatMap((unit) => unit.finished.definitions);
  const { facts, isNewerThanKnown } = await targetFacts(findings, {
    given: inputs.cluster?.kubernetesVersion,
    declared: at(root, ['spec', 'kubernetes', 'version']),
    definitions: [...fromFiles.definitions, ...own],
    // Definitions among the objects have no digest at hand; they are rare, and so is the work.
    definitionsKey: own.length === 0 ? fromFiles.key : undefined,
    slotSecrets: inputs.slot === undefined ? undefined : slotSecrets(stack),
    hasDefaultLimit: units.some((unit) => hasLimits(unit.finished)),
  });
  checkObjects(findings, {
    units,
    facts,
    environmentClass: classOf(environment, inputs.slot),
    environmentNames: namesOf(root, environment.name),
    root,
    leftOut,
    isNewerThanKnown,
  });
}

/** How much people rely on an environment: what is tried out there may be looser. */
function classOf(
  { name, isProduction }: CheckedStack['environment'],
  slot: number | undefined,
): EnvironmentClass {
  if (slot !== undefined) return 'slot';
  if (isProduction) return 'production';
  return /^(?:dev|development|local|test)$/.test(name) ? 'dev' : 'staging';
}

function namesOf(root: YamlMap, name: string): Set<string> {
  const aliases = itemsOf(at(root, ['spec', 'environments', name, 'aliases']));
  return new Set([name, ...aliases.flatMap((alias) => stringOf(alias) ?? [])]);
}

/** Looked at once: most units never change between renders. */
const limitsByUnit = new WeakMap<FinishedUnit, boolean>();

function hasLimits(unit: FinishedUnit): boolean {
  let has = limitsByUnit.get(unit);
  if (has === undefined) {
    has = unit.objects.some(givesLimits);
    limitsByUnit.set(unit, has);
  }
  return has;
}

/** Whether an object gives every container of its namespace a memory limit. */
function givesLimits({ planned, value }: FinishedObject): boolean {
  return (
    planned.kind === 'LimitRange' &&
    listOf(fieldsOf(value['spec'])['limits']).some((item) => {
      const limit = fieldsOf(item);
      return limit['type'] === 'Container' && Object.hasOwn(fieldsOf(limit['default']), 'memory');
    })
  );
}

/** A waiver for an environment that does not exist would never count. */
function reportEnvironments({ findings }: RenderScope, root: YamlMap): void {
  const environments = child(child(root, 'spec'), 'environments');
  const own = environments?.kind === 'map' ? [...environments.entries.keys()] : [];
  const known = new Set(own.flatMap((name) => [...namesOf(root, name)]));
  for (const waiver of itemsOf(at(root, ['spec', 'policies', 'waivers']))) {
    for (const node of itemsOf(child(waiver, 'environments'))) {
      const name = stringOf(node) ?? '';
      if (known.has(name)) continue;
      const hint = suggest(name, known) ?? `There are: ${[...known].join(', ')}.`;
      findings.report('unknown-environment', node, `there is no environment ${name}`, { hint });
    }
  }
}

/** What slots may read: what is declared for them, and what they bring themselves. */
function slotSecrets({ secrets, units }: CheckedStack): Set<string> {
  const declared = [...secrets.values()].filter(({ withheld }) => withheld === undefined);
  return new Set([
    ...declared.map(({ name }) => name),
    ...units.flatMap((unit) => unit.finished.secretsMade),
  ]);
}

async function readDefinitions(
  scope: RenderScope,
  stack: CheckedStack,
): Promise<{ definitions: { [key: string]: Value }[]; key: string }> {
  const definitions: { [key: string]: Value }[] = [];
  const digests: string[] = [];
  for (const node of itemsOf(child(at(stack.root, ['spec', 'kubernetes']), 'definitions'))) {
    for (const path of await stack.match(stringOf(node) ?? '', node)) {
      const parsed = await scope.sources.parse(path);
      if (parsed === undefined) continue;
      reportYaml(parsed, scope.findings);
      const sorted = sortDefinitions(parsed.documents);
      definitions.push(...sorted.definitions);
      digests.push((await scope.sources.digest(path)) ?? '');
      for (const other of sorted.others) {
        const message = `${stringOf(child(other, 'kind')) ?? 'the document'} is no CustomResourceDefinition`;
        scope.findings.report('not-a-definition', other, message);
      }
    }
  }
  return { definitions, key: digests.join(' ') };
}
