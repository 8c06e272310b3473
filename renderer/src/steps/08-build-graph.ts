import { applyCodeUpdate, resolveCodeUpdate, type CodeUpdate } from '../code-update/index.ts';
import type { EnvironmentSettings } from '../environment/index.ts';
import { applySetId } from '../hash/index.ts';
import type { PlannedHook } from '../hooks/index.ts';
import { suggest } from '../diagnostics/index.ts';
import {
  finishUnit,
  isClusterScoped,
  isRecord,
  type DeclaredObject,
  type FinishedUnit,
  type StackMarks,
} from '../objects/index.ts';
import type { ManifestSource } from '../manifests/index.ts';
import type { RenderScope } from '../render-scope.ts';
import { partOfLabel, partOfPlatform } from '../safeguards/index.ts';
import {
  declareUnit,
  findSources,
  hasSources,
  unitObjects,
  type DeclaredUnit,
  type UnitList,
} from '../units/index.ts';
import {
  at,
  child,
  itemsOf,
  stringOf,
  type Place,
  type YamlMap,
  type YamlNode,
} from '../yaml/index.ts';
import { matchPaths } from './02-resolve-imports.ts';
import type { ValidatedStack } from './04-validate-schema.ts';
import type { ResolvedEnvironment } from './05-resolve-environment.ts';
import type { ResolvedContext } from './06-resolve-context.ts';
import type { ResolvedTarget } from './07-resolve-namespace-and-images.ts';

/** Everything that is known once the stack is resolved for its environment. */
export interface ResolvedStack {
  environment: ResolvedEnvironment;
  /** The merged stack, as it was written. */
  root: YamlMap;
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
  readiness: EnvironmentSettings['readiness'];
  hooks: readonly PlannedHook[];
  /** Names of declared secrets that its pods read; sorted. */
  secrets: readonly string[];
  prune: 'before' | 'afterApply' | 'afterHealthy';
  isSingleton: boolean;
  codeUpdate: CodeUpdate;
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
  const { context, secrets, settings } = target;
  const { imagePullPolicy } = settings;
  const surroundings = { context, secrets, imagePullPolicy, images: target.images.byName };
  for (const list of ['infrastructure', 'services'] satisfies UnitList[]) {
    for (const node of itemsOf(at(stack.root, ['spec', list]))) {
      const unit = declareUnit(scope, list, node, surroundings);
      if (unit === undefined) leftOut.add(stringOf(child(node, 'name')) ?? '');
      else units.push(unit);
    }
  }
  if (scope.findings.errors > before) return undefined;
  const { namespace } = target;
  const { project, stack: name } = resolved;
  const partOf = partOfPlatform(project, environment.name, scope.inputs.slot);
  const { [partOfLabel]: _, ...others } = resolved.labels;
  const marks = {
    project,
    environment: environment.name,
    stack: name,
    namespace,
    applySet: applySetId(name, namespace),
    labels: {
      ...(partOf === 'removed' ? others : resolved.labels),
      ...(partOf === 'written' ? { [partOfLabel]: project } : {}),
      ...(settings.marker === undefined ? {} : { 'codex-k8s.dev/instance': settings.marker }),
    },
    removedLabel: partOf === 'removed' ? partOfLabel : undefined,
  };
  return { environment, root: stack.root, target, marks, units, leftOut };
}

/** Step 8, second half: reads the manifests, makes the objects, and connects the units. */
export async function buildGraph(
  scope: RenderScope,
  stack: ResolvedStack,
): Promise<DeployGraph | undefined> {
  const before = scope.findings.errors;
  const updates = await codeUpdatesOf(scope, stack);
  const finished =
    stack.environment.kind === 'cluster'
      ? await finishClusterUnits(scope, stack, updates)
      : await finishUnits(scope, stack, updates);
  const imageNames = new Map(
    [...stack.target.images.byName].flatMap(([name, { references }]) =>
      references.map((reference) => [reference, name] as const),
    ),
  );
  const units = stack.units.map((unit, index) =>
    connect(
      scope,
      stack,
      unit,
      finished[index] ?? noObjects,
      updates[index] ?? noUpdate,
      imageNames,
    ),
  );
  return scope.findings.errors === before ? { units } : undefined;
}

const noUpdate: CodeUpdate = { kind: 'none' };

async function codeUpdatesOf(scope: RenderScope, stack: ResolvedStack): Promise<CodeUpdate[]> {
  const { environment, target } = stack;
  const updates: CodeUpdate[] = [];
  for (const unit of stack.units)
    updates.push(
      await resolveCodeUpdate(scope, unit, { environment, images: target.images.byName }),
    );
  return updates;
}

const noObjects: FinishedUnit = {
  objects: [],
  files: [],
  treeId: '',
  imageStrings: [],
  secretsRead: [],
  secretsMade: [],
  definitions: [],
};

async function finishUnits(
  scope: RenderScope,
  stack: ResolvedStack,
  updates: readonly CodeUpdate[],
): Promise<FinishedUnit[]> {
  const finished: FinishedUnit[] = [];
  const stackKey = JSON.stringify(stack.marks);
  let contextKey: string | undefined;
  for (const [index, unit] of stack.units.entries()) {
    const update = updates[index] ?? noUpdate;
    const manifests = await manifestsOf(scope, unit, stack);
    const readsContext = manifests.some((source) => source.readsContext);
    if (readsContext) contextKey ??= JSON.stringify(stack.target.context.root);
    // Lines of JSON: none of them holds a line break, and quoting them again would cost more than all else.
    const key = `${stackKey}\n${unit.key}\n${JSON.stringify([manifests, update])}\n${readsContext ? contextKey : ''}`;
    const known = scope.units.get(key);
    if (known !== undefined) {
      finished.push(known);
      continue;
    }
    const before = scope.findings.errors;
    const objects = await unitObjects(scope, unit, manifests, stack.target.context);
    const updated = applyCodeUpdate(unit.name, objects, update);
    const result = finish(unit, [...updated, ...hookObjects(unit)], stack, emptyScopes);
    if (scope.findings.errors === before) scope.units.set(key, result, weightOf(result, key));
    finished.push(result);
  }
  return finished;
}

/** In a cluster environment the stack's own definitions say which of its kinds have namespaces. */
async function finishClusterUnits(
  scope: RenderScope,
  stack: ResolvedStack,
  updates: readonly CodeUpdate[],
): Promise<FinishedUnit[]> {
  const declared: DeclaredObject[][] = [];
  for (const [index, unit] of stack.units.entries()) {
    const manifests = await manifestsOf(scope, unit, stack);
    const objects = await unitObjects(scope, unit, manifests, stack.target.context);
    const updated = applyCodeUpdate(unit.name, objects, updates[index] ?? noUpdate);
    declared.push([...updated, ...hookObjects(unit)]);
  }
  const scopes = new Map(declared.flat().flatMap(definedScope));
  return stack.units.map((unit, index) => finish(unit, declared[index] ?? [], stack, scopes));
}

function hookObjects({ hooks }: DeclaredUnit): DeclaredObject[] {
  return hooks.flatMap(({ object, rollbackObject }) =>
    rollbackObject === undefined ? [object] : [object, rollbackObject],
  );
}

function definedScope({ kind, value }: DeclaredObject): [string, 'Cluster' | 'Namespaced'][] {
  const spec = value['spec'];
  if (kind !== 'CustomResourceDefinition' || !isRecord(spec)) return [];
  const { group, names, scope } = spec;
  if (!isRecord(names) || typeof group !== 'string' || typeof names['kind'] !== 'string') return [];
  return [[`${group}/${names['kind']}`, scope === 'Cluster' ? 'Cluster' : 'Namespaced']];
}

async function manifestsOf(
  scope: RenderScope,
  unit: DeclaredUnit,
  { marks, root }: ResolvedStack,
): Promise<ManifestSource[]> {
  const declared = stringOf(at(root, ['spec', 'kubernetes', 'version']));
  const cluster = { namespace: marks.namespace, kubernetesVersion: declared };
  return findSources(scope, unit, cluster, (path, node) =>
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
  // The bytes, and the value they were printed from.
  return unit.files.reduce((sum, file) => sum + file.bytes.length * 5 + 500, key.length * 2);
}

function connect(
  scope: RenderScope,
  stack: ResolvedStack,
  unit: DeclaredUnit,
  finished: FinishedUnit,
  codeUpdate: CodeUpdate,
  imageNames: ReadonlyMap<string, string>,
): GraphUnit {
  const { value, node, place } = unit;
  const isEmpty = value.workload === undefined && !hasSources(unit) && !hasHooks(unit);
  if (finished.objects.length === 0 && isEmpty)
    scope.findings.report('empty-unit', place, `${unit.name} has neither a workload nor manifests`);
  const dependsOn = itemsOf(child(node, 'dependsOn')).flatMap((item) => {
    const name = stringOf(item);
    return name === undefined || stack.leftOut.has(name) ? [] : [{ name, place: item }];
  });
  const names = finished.imageStrings.flatMap((text) => imageNames.get(text) ?? []);
  // A unit that is hot-reload may run an image of its own.
  const development = codeUpdate.kind === 'hot-reload' ? codeUpdate.image?.name : undefined;
  const own = development ?? value.workload?.image;
  return {
    name: unit.name,
    source: unit.source,
    phase: phaseOf(scope, stack, unit),
    dependsOn: dependsOn.filter(
      ({ name }, index) => dependsOn.findIndex((d) => d.name === name) === index,
    ),
    images: [
      ...new Set([
        ...(own === undefined ? names : [own, ...names]),
        ...unit.hooks.flatMap(({ images }) => images),
      ]),
    ].toSorted(),
    codeUpdateStrategy: 'codeUpdateStrategy' in value ? value.codeUpdateStrategy : undefined,
    readiness: { ...stack.target.settings.readiness, ...value.readiness },
    hooks: unit.hooks,
    secrets: secretsOf(stack, unit, finished),
    prune: value.prune ?? 'afterHealthy',
    isSingleton: value.scope === 'infrastructure-singleton',
    codeUpdate,
    finished,
    node,
    place,
  };
}

/** Whether a unit declares hooks, even if `when` leaves all of them out. */
function hasHooks({ value: { hooks = [], migrations = [] } }: DeclaredUnit): boolean {
  return hooks.length + migrations.length > 0;
}

/** Declared secrets that the pods of a unit read, typed or not. */
function secretsOf(stack: ResolvedStack, unit: DeclaredUnit, finished: FinishedUnit): string[] {
  const { secrets } = stack.target;
  if (secrets.size === 0) return [];
  const read = finished.secretsRead.filter((name) => secrets.has(name));
  return [...new Set([...unit.secrets, ...read])].toSorted();
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
