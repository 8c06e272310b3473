import { createHash } from 'node:crypto';
import type { DeployUnit, ExecutionPlan, PlanHook } from '@codex-k8s/schema';
import type { ObjectIdentity } from '../types.ts';
import type { Directory } from './desired-repository.ts';

/** A manifest as a value; JSON is YAML. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  [field: string]: unknown;
}

/** One unit with its manifests. */
export interface UnitSource extends Partial<Pick<DeployUnit, 'phase' | 'dependsOn' | 'prune'>> {
  name: string;
  manifests: Manifest[];
  timeoutSeconds?: number;
  hooks?: HookSource[];
}

/** A hook in a few words; `content` is what it runs. */
export interface HookSource extends Partial<
  Omit<PlanHook, 'name' | 'object' | 'key' | 'images' | 'rollback'>
> {
  name: string;
  content?: string;
  simulation?: Simulation;
}

export function configMap(namespace: string, name: string, data: Record<string, string>): Manifest {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
}

/** How the simulated node treats the pods. */
export type Simulation = 'never-ready' | 'crash' | 'fail' | 'run';

function podTemplate(
  name: string,
  version: string,
  simulation: Simulation | undefined,
  restartPolicy: string,
) {
  const annotations =
    simulation === undefined ? {} : { 'simulation.codex-k8s.dev/outcome': simulation };
  return {
    metadata: { labels: { app: name }, annotations },
    spec: {
      restartPolicy,
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'app', image: `registry.invalid/app:${version}` }],
    },
  };
}

export function deployment(
  namespace: string,
  name: string,
  version: string,
  simulation?: Simulation,
): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: podTemplate(name, version, simulation, 'Always'),
    },
  };
}

export function job(namespace: string, name: string, simulation?: Simulation): Manifest {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace },
    spec: { backoffLimit: 0, template: podTemplate(name, '1', simulation, 'Never') },
  };
}

/** The Job of a hook as the renderer makes it: named by what it runs, in no apply set. */
function hookJob(namespace: string, unit: string, hook: HookSource): Manifest {
  const { name, content = '1', simulation, retries = 0, timeoutSeconds = 60 } = hook;
  const spec = {
    backoffLimit: retries,
    activeDeadlineSeconds: timeoutSeconds,
    template: podTemplate(name, content, simulation, 'Never'),
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `${unit}-${name}-${digest(JSON.stringify(spec)).slice(0, 8)}`,
      namespace,
      labels: { 'codex-k8s.dev/hook': name },
    },
    spec,
  };
}

function planHook(unit: string, hook: HookSource, object: PlanHook['object']): PlanHook {
  const { content = '1', simulation: _simulation, ...declared } = hook;
  return {
    type: 'migration',
    on: 'beforeApply',
    run: 'once-per-content',
    retries: 0,
    timeoutSeconds: 60,
    onFailure: 'stop',
    deletePolicy: 'beforeNextRun',
    ...declared,
    key: digest(JSON.stringify([unit, hook.name, content])),
    images: [],
    object,
  };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The directory a renderer would write: labelled manifests, one a file, and the plan. */
export function stackDirectory(
  place: { project: string; environment: string; namespace: string; stack: string },
  units: UnitSource[],
  overrides: Partial<ExecutionPlan> = {},
): Directory {
  const directory: Directory = new Map();
  const applySet = `applyset-${place.stack}-v1`;
  const plan: ExecutionPlan = {
    apiVersion: 'codex-k8s.dev/v1alpha1',
    kind: 'ExecutionPlan',
    project: place.project,
    stack: place.stack,
    environment: place.environment,
    namespace: place.namespace,
    rendering: 1,
    applySet,
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
      objects: unit.manifests.map((manifest) =>
        write(unit.name, manifest, { 'applyset.kubernetes.io/part-of': applySet }),
      ),
      ...(unit.hooks === undefined
        ? {}
        : {
            hooks: unit.hooks.map((hook) =>
              planHook(
                unit.name,
                hook,
                write(unit.name, hookJob(place.namespace, unit.name, hook)),
              ),
            ),
          }),
    })),
    ...overrides,
  };
  directory.set('plan.json', JSON.stringify(plan));
  return directory;

  function write(unit: string, manifest: Manifest, further: Record<string, string> = {}) {
    const { namespace, name } = manifest.metadata;
    const file = `manifests/${unit}/${manifest.kind.toLowerCase()}-${name}.yaml`;
    const labels = {
      ...manifest.metadata.labels,
      'codex-k8s.dev/project': place.project,
      'codex-k8s.dev/environment': place.environment,
      'codex-k8s.dev/stack': place.stack,
      'codex-k8s.dev/unit': unit,
      ...further,
    };
    directory.set(
      file,
      JSON.stringify({ ...manifest, metadata: { ...manifest.metadata, labels } }),
    );
    const identity: ObjectIdentity = { apiVersion: manifest.apiVersion, kind: manifest.kind, name };
    return { file, ...identity, ...(namespace === undefined ? {} : { namespace }) };
  }
}
