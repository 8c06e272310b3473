import { applySetId } from '../hash/index.ts';
import { suggest } from '../diagnostics/index.ts';
import {
  finishUnit,
  isClusterScoped,
  isRecord,
  type DeclaredObject,
  type FinishedUnit,
  type StackMarks,
} from '../objects/index.ts';
import type { RenderScope } from '../render-scope.ts';
import {
  declareUnit,
  findManifests,
  unitObjects,
  type DeclaredUnit,
  type ManifestFile,
  type UnitList,
} from '../units/index.ts';
import { at, child, itemsOf, stringOf, type Place, type YamlNode } from '../yaml/index.ts';
import { matchPaths } from './02-resolve-imports.ts';
import type { ValidatedStack } from './04-validate-schema.ts';
import type { ResolvedEnvironment } from './05-resolve-environment.ts';
import type { ResolvedContext } from './06-resolve-context.ts';
import type { ResolvedTarget } from './07-resolve-namespace-and-images.ts';

/** Everything that is known once the stack is resolved for its environment. */
export interface ResolvedStack {
  environment: ResolvedEnvironment;
  target: ResolvedTarget;
  marks: StackMarks;
  units: readonly DeclaredUnit[];
  /** Names of units that `when` left out: to depend on them is no mistake. */
  leftOut: ReadonlySet<string>;
}

/** A unit with its objects and its edges, not yet checked against the others. */
export interface GraphUnit {
  name: string;
  source: 'infrastructure' | 'service';
  phase: string;
  dependsOn: readonly { name: string; place: Place }[];
  images: readonly string[];
  codeUpdateStrategy: 'hot-reload' | 'rebuild' | 'restart' | undefined;
  readinessSeconds: number;
  prune: 'before' | 'afterApply' | 'afterHealthy';
  isSingleton: boolean;
  finished: FinishedUnit;
  node: YamlNode;
  place: Place;
}

export interface DeployGraph {
  units: readonly GraphUnit[];
}

const emptyScopes: ReadonlyMap<string, 'Cluster' | 'Namespaced'> = new Map();

/** Step 8, first half: executes the templates of the units. */
export function declareUnits(
  scope: RenderScope,
  stack: ValidatedStack,
  environment: ResolvedEnvironment,
  resolved: ResolvedContext,
  target: ResolvedTarget,
): ResolvedStack | undefined {
  const before = scope.findings.errors;
  const units: DeclaredUnit[] = [];
  const leftOut = new Set<string>();
  for (const list of ['infrastructure', 'services'] satisfies UnitList[]) {
    for (const node of itemsOf(at(stack.root, ['spec', list]))) {
      const unit = declareUnit(scope, list, node, target.context, target.images.byName);
      if (unit === undefined) leftOut.add(stringOf(child(node, 'name')) ?? '');
      else units.push(unit);
    }
  }
  if (scope.findings.errors > before) return undefined;
  const { namespace } = target;
  const { project, stack: name, labels } = resolved;
  const applySet = applySetId(name, namespace);
  const marks = {
    project,
    environment: environment.name,
    stack: name,
    namespace,
    applySet,
    labels,
  };
  return { environment, target, marks, units, leftOut };
}

/** Step 8, second half: reads the manifests, makes the objects, and connects the units. */
export async function buildGraph(
  scope: RenderScope,
  stack: ResolvedStack,
): Promise<DeployGraph | undefined> {
  const before = scope.findings.errors;
  const finished =
    stack.environment.kind === 'cluster'
      ? await finishClusterUnits(scope, stack)
      : await finishUnits(scope, stack);
  const imageNames = new Map(
    [...stack.target.images.byName].flatMap(([name, { references }]) =>
      references.map((reference) => [reference, name] as const),
    ),
  );
  const units = stack.units.map((unit, index) =>
    connect(scope, stack, unit, finished[index] ?? noObjects, imageNames),
  );
  return scope.findings.errors === before ? { units } : undefined;
}

const noObjects: FinishedUnit = { objects: [], files: [], treeId: '', imageStrings: [] };

async function finishUnits(scope: RenderScope, stack: ResolvedStack): Promise<FinishedUnit[]> {
  const finished: FinishedUnit[] = [];
  const stackKey = JSON.stringify(stack.marks);
  let contextKey: string | undefined;
  for (const unit of stack.units) {
    const manifests = await manifestsOf(scope, unit);
    const readsContext = manifests.some((file) => file.isTemplate);
    if (readsContext) contextKey ??= JSON.stringify(stack.target.context.root);
    const key = JSON.stringify([stackKey, unit.key, manifests, readsContext ? contextKey : '']);
    const known = scope.units.get(key);
    if (known !== undefined) {
      finished.push(known);
      continue;
    }
    const before = scope.findings.errors;
    const objects = await unitObjects(scope, unit, manifests, stack.target.context);
    const result = finish(unit, objects, stack, emptyScopes);
    if (scope.findings.errors === before) scope.units.set(key, result, weightOf(result, key));
    finished.push(result);
  }
  return finished;
}

/** In a cluster environment the stack's own definitions say which of its kinds have namespaces. */
async function finishClusterUnits(
  scope: RenderScope,
  stack: ResolvedStack,
): Promise<FinishedUnit[]> {
  const declared: DeclaredObject[][] = [];
  for (const unit of stack.units) {
    const manifests = await manifestsOf(scope, unit);
    declared.push(await unitObjects(scope, unit, manifests, stack.target.context));
  }
  const scopes = new Map(declared.flat().flatMap(definedScope));
  return stack.units.map((unit, index) => finish(unit, declared[index] ?? [], stack, scopes));
}

function definedScope({ kind, value }: DeclaredObject): [string, 'Cluster' | 'Namespaced'][] {
  const spec = value['spec'];
  if (kind !== 'CustomResourceDefinition' || !isRecord(spec)) return [];
  const { group, names, scope } = spec;
  if (!isRecord(names) || typeof group !== 'string' || typeof names['kind'] !== 'string') return [];
  return [[`${group}/${names['kind']}`, scope === 'Cluster' ? 'Cluster' : 'Namespaced']];
}

async function manifestsOf(scope: RenderScope, unit: DeclaredUnit): Promise<ManifestFile[]> {
  if (unit.manifests.length === 0) return [];
  return findManifests(scope, unit, (path, node) =>
    matchPaths(scope, node.source.file, path, node),
  );
}

function finish(
  unit: DeclaredUnit,
  objects: readonly DeclaredObject[],
  stack: ResolvedStack,
  scopes: ReadonlyMap<string, 'Cluster' | 'Namespaced'>,
): FinishedUnit {
  return finishUnit(unit.name, objects, stack.marks, ({ apiVersion, kind }) =>
    isClusterScoped(apiVersion, kind, scopes),
  );
}

function weightOf(unit: FinishedUnit, key: string): number {
  return unit.files.reduce((sum, file) => sum + file.bytes.length * 2 + 500, key.length * 2);
}

function connect(
  scope: RenderScope,
  stack: ResolvedStack,
  unit: DeclaredUnit,
  finished: FinishedUnit,
  imageNames: ReadonlyMap<string, string>,
): GraphUnit {
  const { value, node, place } = unit;
  if (finished.objects.length === 0 && unit.manifests.length === 0 && value.workload === undefined)
    scope.findings.report('empty-unit', place, `${unit.name} has neither a workload nor manifests`);
  const dependsOn = itemsOf(child(node, 'dependsOn')).flatMap((item) => {
    const name = stringOf(item);
    return name === undefined || stack.leftOut.has(name) ? [] : [{ name, place: item }];
  });
  const names = finished.imageStrings.flatMap((text) => imageNames.get(text) ?? []);
  const own = value.workload?.image;
  return {
    name: unit.name,
    source: unit.source,
    phase: phaseOf(scope, stack, unit),
    dependsOn: dependsOn.filter(
      ({ name }, index) => dependsOn.findIndex((d) => d.name === name) === index,
    ),
    images: [...new Set(own === undefined ? names : [own, ...names])].toSorted(),
    codeUpdateStrategy: 'codeUpdateStrategy' in value ? value.codeUpdateStrategy : undefined,
    readinessSeconds: value.readiness?.timeoutSeconds ?? stack.environment.readinessSeconds,
    prune: value.prune ?? 'afterHealthy',
    isSingleton: value.scope === 'infrastructure-singleton',
    finished,
    node,
    place,
  };
}

/** The phase of a unit; infrastructure belongs to the first one when nothing is said. */
function phaseOf(scope: RenderScope, stack: ResolvedStack, unit: DeclaredUnit): string {
  const { deployOrder } = stack.environment;
  const usual = unit.source === 'service' ? 'internal' : 'stateful';
  const phase = unit.value.deployGroup ?? usual;
  if (deployOrder.includes(phase)) return phase;
  const written = child(unit.node, 'deployGroup');
  const hint = suggest(phase, deployOrder) ?? `There are: ${deployOrder.join(', ')}.`;
  const message =
    written === undefined
      ? `${unit.name} needs a deployGroup: there is no phase ${usual}`
      : `there is no phase ${phase}`;
  scope.findings.report('unknown-phase', written ?? unit.place, message, { hint });
  return phase;
}
