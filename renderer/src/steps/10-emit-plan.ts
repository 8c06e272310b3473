import type { DeployUnit, ExecutionPlan } from '@codex-k8s/schema';
import { blobId, sha256, treeId, type TreeEntry } from '../hash/index.ts';
import type { RenderScope } from '../render-scope.ts';
import type { RenderedFile, RenderedStack } from '../rendered-stack.ts';
import { rendererVersion } from '../version.ts';
import type { GraphUnit, ResolvedStack } from './08-build-graph.ts';
import type { ValidatedGraph } from './09-validate-graph.ts';

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
    inputHash: inputHash(scope),
    provenance: { renderer: rendererVersion, rendering: 1 },
    diagnostics: scope.findings.toDiagnostics(),
  };
}

function planOf(scope: RenderScope, stack: ResolvedStack, graph: ValidatedGraph): ExecutionPlan {
  const { environment, marks, target } = stack;
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
    images: [...target.images.byName.values()]
      // Shared between renders: whoever changes a plan of theirs must not change the next one.
      .map(({ planned }) =>
        planned.policy === undefined ? { ...planned } : structuredClone(planned),
      )
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    units: graph.units.map(planUnit),
  };
}

function planUnit(unit: GraphUnit): DeployUnit {
  const { codeUpdateStrategy } = unit;
  return {
    name: unit.name,
    source: unit.source,
    phase: unit.phase,
    dependsOn: unit.dependsOn.map(({ name }) => name),
    objects: unit.finished.objects.map(({ planned }) => planned),
    images: [...unit.images],
    ...(codeUpdateStrategy === undefined ? {} : { codeUpdateStrategy }),
    readiness: { timeoutSeconds: unit.readinessSeconds },
    prune: unit.prune,
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
function inputHash({ inputs, sources }: RenderScope): string {
  const { file, environment, slot = null, vars = {}, cluster = {} } = inputs;
  const digests = [...sources.digests, ...[...sources.trees].map(([path, id]) => [`${path}/`, id])];
  digests.sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
  const sortedVars = Object.entries(vars).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const kubernetes = cluster.kubernetesVersion ?? null;
  return sha256(JSON.stringify([1, file, environment, slot, sortedVars, kubernetes, digests]));
}
