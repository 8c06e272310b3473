import { suggest } from '../diagnostics/index.ts';
import type { FinishedObject } from '../objects/index.ts';
import { checkStack } from '../policies/index.ts';
import { resolvePath } from '../paths/index.ts';
import type { RenderScope } from '../render-scope.ts';
import { checkSecrets } from '../secrets/index.ts';
import { at, child, itemsOf, stringOf, type Place } from '../yaml/index.ts';
import { matchPaths } from './02-resolve-imports.ts';
import type { DeployGraph, GraphUnit, ResolvedStack } from './08-build-graph.ts';

/** Units in topological order, ties by name: each may be applied when those before it are done. */
export interface ValidatedGraph {
  units: readonly GraphUnit[];
}

/**
 * Step 9: unknown and circular dependencies, duplicates, what an environment may hold, and every
 * object against the API of its cluster and the pack of rules.
 */
export async function validateGraph(
  scope: RenderScope,
  stack: ResolvedStack,
  graph: DeployGraph,
): Promise<ValidatedGraph | undefined> {
  const before = scope.findings.errors;
  const byName = reportDuplicateUnits(scope, graph.units);
  reportDuplicateObjects(scope, graph.units);
  const secretsMade = new Set(graph.units.flatMap((unit) => unit.finished.secretsMade));
  for (const unit of graph.units) {
    reportDependencies(scope, stack, unit, byName);
    if (stack.environment.kind !== 'cluster' || scope.inputs.slot !== undefined)
      reportScope(scope, stack, unit);
    checkSecrets(scope.findings, unit.node, stack.target.secrets, secretsMade);
  }
  reportCycles(scope, byName);
  const { environment, leftOut, root, target } = stack;
  await checkStack(scope, {
    environment,
    root,
    secrets: target.secrets,
    units: graph.units,
    leftOut,
    match: (path, node) => matchPaths(scope, node.source.file, path, node),
  });
  await reportDocuments(scope, stack);
  if (scope.findings.errors > before) return undefined;
  return { units: topologicalOrder(stack, graph.units) };
}

/** Documents of this repository that are not there. */
async function reportDocuments(scope: RenderScope, { root }: ResolvedStack): Promise<void> {
  for (const item of itemsOf(at(root, ['spec', 'projectDocs']))) {
    const optional = child(item, 'optional');
    const isOptional = optional?.kind === 'scalar' && optional.value === true;
    const node = child(item, 'path');
    const path = resolvePath('', stringOf(node) ?? '');
    if (isOptional || child(item, 'repository') !== undefined || path === undefined) continue;
    if (node === undefined || (await scope.sources.holds(path))) continue;
    scope.findings.report('missing-document', node, `there is no file or directory ${path}`);
  }
}

function reportDuplicateUnits(
  scope: RenderScope,
  units: readonly GraphUnit[],
): ReadonlyMap<string, GraphUnit> {
  const byName = new Map<string, GraphUnit>();
  for (const unit of units) {
    if (byName.has(unit.name))
      scope.findings.report('duplicate-unit', unit.place, `there are two units named ${unit.name}`);
    else byName.set(unit.name, unit);
  }
  return byName;
}

function reportDuplicateObjects(scope: RenderScope, units: readonly GraphUnit[]): void {
  const owners = new Map<string, string>();
  for (const unit of units) {
    for (const object of unit.finished.objects) {
      const owner = owners.get(object.identity);
      owners.set(object.identity, owner ?? unit.name);
      if (owner === undefined) continue;
      const where = owner === unit.name ? `twice in ${owner}` : `in ${owner} and in ${unit.name}`;
      const { kind, name } = object.planned;
      const message = `${kind} ${name} is declared ${where}`;
      scope.findings.report('duplicate-object', placeOf(object, unit), message);
    }
  }
}

function reportDependencies(
  scope: RenderScope,
  stack: ResolvedStack,
  unit: GraphUnit,
  byName: ReadonlyMap<string, GraphUnit>,
): void {
  const { deployOrder } = stack.environment;
  for (const { name, place } of unit.dependsOn) {
    const target = byName.get(name);
    if (target === undefined) {
      const hint = suggest(name, byName.keys());
      const message = `${unit.name} depends on ${name}, which does not exist`;
      scope.findings.report(
        'unknown-dependency',
        place,
        message,
        hint === undefined ? {} : { hint },
      );
    } else if (deployOrder.indexOf(target.phase) > deployOrder.indexOf(unit.phase)) {
      const message = `${unit.name} (${unit.phase}) depends on ${name}, whose phase ${target.phase} comes later`;
      scope.findings.report('late-dependency', place, message);
    }
  }
}

/** In slots and outside of cluster environments: nothing cluster-wide, no other namespace. Source: design §3.11. */
function reportScope(scope: RenderScope, stack: ResolvedStack, unit: GraphUnit): void {
  const here =
    stack.environment.kind === 'cluster'
      ? 'a slot has nothing but its namespace'
      : `${stack.environment.name} is no cluster environment`;
  if (unit.isSingleton) {
    const place = at(unit.node, ['scope']) ?? unit.place;
    const message = `${unit.name} is an infrastructure-singleton, and ${here}`;
    scope.findings.report('misplaced-singleton', place, message);
  }
  for (const object of unit.finished.objects) {
    const { kind, name, namespace } = object.planned;
    if (namespace === undefined) {
      const message = `${kind} ${name} is cluster-scoped, and ${here}`;
      scope.findings.report('cluster-scope', placeOf(object, unit), message);
    } else if (namespace !== stack.target.namespace) {
      const place = at(object.node, ['metadata', 'namespace']) ?? placeOf(object, unit);
      const message = `${kind} ${name} names the namespace ${namespace}; the environment has ${stack.target.namespace}`;
      scope.findings.report('foreign-namespace', place, message);
    }
  }
}

function placeOf(object: FinishedObject, unit: GraphUnit): Place {
  return object.node ?? unit.place;
}

/** Reports each circle once, at the dependency that closes it. */
function reportCycles(scope: RenderScope, byName: ReadonlyMap<string, GraphUnit>): void {
  const done = new Set<string>();
  const trail: string[] = [];
  for (const name of byName.keys()) visit(name);

  function visit(name: string): void {
    if (done.has(name)) return;
    trail.push(name);
    for (const { name: next, place } of byName.get(name)?.dependsOn ?? []) {
      const index = trail.indexOf(next);
      if (index < 0) visit(next);
      else {
        const circle = [...trail.slice(index), next].join(' -> ');
        scope.findings.report(
          'dependency-cycle',
          place,
          `units depend on each other in a circle: ${circle}`,
        );
      }
    }
    trail.pop();
    done.add(name);
  }
}

/** Of the units whose dependencies stand already, the first by phase, then by name. */
export function topologicalOrder(
  stack: Pick<ResolvedStack, 'environment'>,
  units: readonly GraphUnit[],
): GraphUnit[] {
  const { deployOrder } = stack.environment;
  const waiting = units.toSorted(
    (a, b) =>
      deployOrder.indexOf(a.phase) - deployOrder.indexOf(b.phase) || (a.name < b.name ? -1 : 1),
  );
  const ordered: GraphUnit[] = [];
  const placed = new Set<string>();
  while (waiting.length > 0) {
    const next = waiting.findIndex((unit) => unit.dependsOn.every(({ name }) => placed.has(name)));
    const [unit] = waiting.splice(Math.max(next, 0), 1);
    if (unit === undefined) break;
    ordered.push(unit);
    placed.add(unit.name);
  }
  return ordered;
}
