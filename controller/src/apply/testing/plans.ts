import type { DeployUnit, ExecutionPlan, PlanHook } from '@codex-k8s/schema';
import { joinDesiredStack, type DesiredStack } from '../desired-stack.ts';
import { objectKey } from '../identity.ts';
import type { AppliedObject, EnvironmentTarget } from '../types.ts';

export const target: EnvironmentTarget = {
  id: 'e1',
  projectId: 'p1',
  project: 'shop',
  name: 'production',
  cluster: 'local',
  branch: 'env/production',
  namespace: 'shop',
  namespaces: ['shop'],
  driftPolicy: 'correct',
  protected: false,
};

/** `Deployment web`, `CustomResourceDefinition gadgets.example.com`, … with the bytes' hash beside. */
export type ObjectSketch = [kind: string, name: string, payloadHash: string];

/** A unit in a few words. */
export interface UnitSketch extends Partial<Pick<DeployUnit, 'phase' | 'dependsOn' | 'prune'>> {
  name: string;
  objects: ObjectSketch[];
  timeoutSeconds?: number;
  hooks?: HookSketch[];
}

/** A migration before the apply with a Job named like it, unless it says otherwise. */
export type HookSketch = Pick<PlanHook, 'name'> & Partial<Omit<PlanHook, 'name' | 'object'>>;

const apiVersions: Record<string, string> = {
  Deployment: 'apps/v1',
  Job: 'batch/v1',
  Gadget: 'example.com/v1',
  CustomResourceDefinition: 'apiextensions.k8s.io/v1',
};
const clusterScoped = new Set(['CustomResourceDefinition', 'Namespace', 'ClusterRole']);

/** The identity of a sketched object. */
export function sketched(kind: string, name: string) {
  return {
    apiVersion: apiVersions[kind] ?? 'v1',
    kind,
    name,
    ...(clusterScoped.has(kind) ? {} : { namespace: 'shop' }),
  };
}

/** The key of a sketched object. */
export function keyOf(kind: string, name: string): string {
  return objectKey(sketched(kind, name));
}

/** A plan of the given units, and the files its directory would hold. */
export function sketchPlan(units: UnitSketch[], stack = 'shop') {
  const files = new Map<string, string>();
  const plan: ExecutionPlan = {
    apiVersion: 'codex-k8s.dev/v1alpha1',
    kind: 'ExecutionPlan',
    project: target.project,
    stack,
    environment: target.name,
    namespace: target.namespace,
    rendering: 1,
    applySet: 'applyset-x-v1',
    phases: ['stateful', 'migrations', 'internal', 'edge', 'frontend'],
    images: [],
    units: units.map((unit) => ({
      name: unit.name,
      source: 'service',
      phase: unit.phase ?? 'internal',
      dependsOn: unit.dependsOn ?? [],
      images: [],
      readiness: { timeoutSeconds: unit.timeoutSeconds ?? 60 },
      prune: unit.prune ?? 'afterHealthy',
      objects: unit.objects.map(([kind, name, payloadHash]) => {
        const file = `manifests/${unit.name}/${kind.toLowerCase()}-${name}.yaml`;
        files.set(file, payloadHash);
        return { file, ...sketched(kind, name) };
      }),
      ...(unit.hooks === undefined ? {} : { hooks: unit.hooks.map(hook) }),
    })),
  };
  return { plan, files };

  function hook(sketch: HookSketch): PlanHook {
    const file = `manifests/hooks/job-${sketch.name}.yaml`;
    files.set(file, `bytes of ${sketch.name}`);
    return {
      type: 'migration',
      on: 'beforeApply',
      run: 'once-per-content',
      key: sketch.name,
      images: [],
      retries: 0,
      timeoutSeconds: 60,
      onFailure: 'stop',
      deletePolicy: 'beforeNextRun',
      ...sketch,
      object: { file, ...sketched('Job', sketch.name) },
    };
  }
}

/** A joined revision of the given units. */
export function sketchStack(
  contentHash: string,
  units: UnitSketch[],
  stack = 'shop',
): DesiredStack {
  const { plan, files } = sketchPlan(units, stack);
  const joined = joinDesiredStack(target, stack, contentHash, plan, files);
  if ('type' in joined) throw new Error(joined.message);
  return joined;
}

/** The inventory as if every object of the revision had been applied. */
export function inventoryOf(...stacks: DesiredStack[]): Map<string, AppliedObject> {
  const inventory = new Map<string, AppliedObject>();
  for (const desired of stacks) {
    for (const [key, object] of desired.objects) {
      const { key: _, ...row } = object;
      inventory.set(key, {
        ...row,
        revision: desired.contentHash,
        uid: `uid ${key}`,
        resourceVersion: '1',
        ownedFieldsHash: 'fields',
        health: 'current',
      });
    }
  }
  return inventory;
}
