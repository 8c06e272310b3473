import type {
  DeployUnit,
  ExecutionPlan,
  PlanCleanup,
  PlanHook,
  PlanImage,
  PlanSecret,
  PlanSnapshot,
} from '@codex-k8s/schema';
import { blobId, sha256, treeId, type TreeEntry } from '../hash/index.ts';
import type { EnvironmentSettings } from '../environment/index.ts';
import type { PlannedHook } from '../hooks/index.ts';
import type { DeclaredObject } from '../objects/index.ts';
import type { RenderScope } from '../render-scope.ts';
import type { RenderedFile, RenderedStack } from '../rendered-stack.ts';
import { rendererVersion } from '../version.ts';
import type { GraphUnit, ResolvedStack } from './08-build-graph.ts';
import type { ValidatedGraph } from './09-validate-graph.ts';

type Cleanup = NonNullable<EnvironmentSettings['cleanup']>;

const encoder = new TextEncoder();

/** Step 10: the execution plan, the files of the stack directory, and their hashes. */
export function emitPlan(
  scope: RenderScope,
  stack: ResolvedStack,
  graph: ValidatedGraph,
): RenderedStack {
  const plan = planOf(scope, stack, graph);
  const bytes = encoder.encode(`${JSON.stringify(plan, undefined, 2)}\n`);
  const planFile: RenderedFile = { path: 'plan.json', bytes, digest: blobId(bytes) };
  const units = graph.units.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const files: RenderedFile[] = units.flatMap((unit) => unit.finished.files);
  files.push(planFile);
  return {
    stack: plan.stack,
    project: plan.project,
    plan,
    files,
    contentHash: contentHash(units, planFile),
    inputHash: inputHash(scope, plan.environment),
    provenance: { renderer: rendererVersion, rendering: 1 },
    diagnostics: scope.findings.toDiagnostics(),
  };
}

function planOf(scope: RenderScope, stack: ResolvedStack, graph: ValidatedGraph): ExecutionPlan {
  const { environment, marks } = stack;
  const { cleanup } = stack.target.settings;
  const snapshots = planSnapshots(graph.units);
  const { slot } = scope.inputs;
  return {
    apiVersion: 'codex-k8s.dev/v1alpha1',
    kind: 'ExecutionPlan',
    project: marks.project,
    stack: marks.stack,
    environment: environment.name,
    ...(slot === undefined ? {} : { slot }),
    namespace: marks.namespace,
    rendering: 1,
    applySet: marks.applySet,
    phases: [...environment.deployOrder],
    images: planImages(stack, graph.units),
    units: graph.units.map(planUnit),
    ...planSecrets(stack),
    ...(cleanup === undefined ? {} : { cleanup: planCleanup(cleanup) }),
    ...(snapshots.length === 0 ? {} : { snapshots }),
  };
}

/** The images of the stack, and those that units run for development; sorted by name. */
function planImages({ target }: ResolvedStack, units: readonly GraphUnit[]): PlanImage[] {
  const declared = [...target.images.byName.values()].map(({ planned }) => planned);
  const development = units.flatMap(({ codeUpdate }) =>
    codeUpdate.kind === 'hot-reload' && codeUpdate.image !== undefined ? [codeUpdate.image] : [],
  );
  // Shared between renders: whoever changes a plan of theirs must not change the next one.
  return [...declared, ...development]
    .map((image) => (image.policy === undefined ? { ...image } : structuredClone(image)))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** The snapshots that units mount, each once; sorted by name. */
function planSnapshots(units: readonly GraphUnit[]): PlanSnapshot[] {
  const byName = new Map<string, PlanSnapshot>();
  for (const { codeUpdate } of units)
    if (codeUpdate.kind === 'hot-reload')
      byName.set(codeUpdate.snapshot.name, { ...codeUpdate.snapshot });
  return [...byName.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function planUnit(unit: GraphUnit): DeployUnit {
  const { codeUpdateStrategy, codeUpdate } = unit;
  const { strategy, timeoutSeconds } = unit.readiness;
  return {
    name: unit.name,
    source: unit.source,
    phase: unit.phase,
    dependsOn: unit.dependsOn.map(({ name }) => name),
    objects: unit.finished.objects.flatMap(({ planned, isHook }) => (isHook ? [] : [planned])),
    ...(unit.hooks.length === 0 ? {} : { hooks: unit.hooks.map((hook) => planHook(unit, hook)) }),
    images: [...unit.images],
    ...(unit.secrets.length === 0 ? {} : { secrets: [...unit.secrets] }),
    ...(codeUpdateStrategy === undefined ? {} : { codeUpdateStrategy }),
    ...(codeUpdate.kind === 'hot-reload' ? { snapshots: [codeUpdate.snapshot.name] } : {}),
    readiness: { timeoutSeconds, ...(strategy === 'applied' ? { strategy } : {}) },
    prune: unit.prune,
  };
}

/** The secrets of this environment, used or not: who makes them makes all of them. */
function planSecrets({ target }: ResolvedStack): Pick<ExecutionPlan, 'secrets'> {
  const available = [...target.secrets.values()].filter(({ withheld }) => withheld === undefined);
  if (available.length === 0) return {};
  const secrets = available.map(({ name, keys, source, version }): PlanSecret => ({
    name,
    keys: [...keys],
    source,
    ...(version === undefined ? {} : { version }),
  }));
  return { secrets: secrets.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
}

function planCleanup({ idleSeconds, keepOnFailure }: Cleanup): PlanCleanup {
  return { ...(idleSeconds === undefined ? {} : { idleSeconds }), keepOnFailure };
}

function planHook(unit: GraphUnit, hook: PlannedHook): PlanHook {
  const { name, type, on, run, key, retries, timeoutSeconds, onFailure, deletePolicy } = hook;
  const plannedAs = (object: DeclaredObject) => {
    const found = unit.finished.objects.find(
      ({ planned, isHook }) => isHook && planned.name === object.name,
    );
    if (found === undefined) throw new Error(`the Job ${object.name} of ${unit.name} is lost`);
    return found.planned;
  };
  const { rollback, rollbackObject } = hook;
  const undo = rollbackObject === undefined ? {} : { object: plannedAs(rollbackObject) };
  return {
    name,
    type,
    on,
    run,
    key,
    object: plannedAs(hook.object),
    images: [...hook.images],
    retries,
    timeoutSeconds,
    onFailure,
    deletePolicy,
    ...(rollback === undefined ? {} : { rollback: { policy: rollback.policy, ...undo } }),
  };
}

/** The git tree id of the whole directory; the trees of the units are known already. */
function contentHash(units: readonly GraphUnit[], plan: RenderedFile): string {
  const directories = units
    .filter((unit) => unit.finished.objects.length > 0)
    .map((unit): TreeEntry => ({ name: unit.name, kind: 'directory', id: unit.finished.treeId }));
  const entries: TreeEntry[] = [{ name: plan.path, kind: 'file', id: plan.digest }];
  if (directories.length > 0)
    entries.push({ name: 'manifests', kind: 'directory', id: treeId(directories) });
  return treeId(entries);
}

/** Everything the result depends on: what was asked for, and the digest of each file looked at. */
function inputHash({ inputs, sources }: RenderScope, environment: string): string {
  const { file, slot = null, vars = {}, cluster = {} } = inputs;
  const digests = [...sources.digests, ...[...sources.trees].map(([path, id]) => [`${path}/`, id])];
  digests.sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
  const sortedVars = Object.entries(vars).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const kubernetes = cluster.kubernetesVersion ?? null;
  const versions = Object.entries(inputs.secretVersions ?? {}).toSorted(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const more = versions.length === 0 ? [] : [versions];
  return sha256(
    JSON.stringify([1, file, environment, slot, sortedVars, kubernetes, digests, ...more]),
  );
}
