import type { DeployUnit, ExecutionPlan, PlanHook, PlanObject } from '@codex-k8s/schema';
import { identityOf, objectKey, subjectOf } from './identity.ts';
import type { EnvironmentCondition, EnvironmentTarget, ObjectIdentity } from './types.ts';
import { buildUnitGraph, type UnitGraph } from './unit-graph.ts';

/** One object a revision wants, and the bytes it wants sent. */
export interface DesiredObject extends ObjectIdentity {
  key: string;
  stack: string;
  unit: string;
  file: string;
  payloadHash: string;
}

export interface DesiredUnit {
  plan: DeployUnit;
  objects: DesiredObject[];
  /** In the order in which they run at each point in time. */
  hooks: DesiredHook[];
}

/** A hook or migration of a unit, with the Job that runs it. */
export interface DesiredHook {
  plan: PlanHook;
  job: DesiredObject;
}

/** One revision of a stack, ready to be compared with what was applied. */
export interface DesiredStack {
  stack: string;
  contentHash: string;
  plan: ExecutionPlan;
  units: DesiredUnit[];
  graph: UnitGraph;
  objects: Map<string, DesiredObject>;
}

/**
 * Joins a plan with the blob ids of its directory. A plan that does not belong here, reaches beyond
 * what the environment claimed, or names what is not there is refused as a whole: a condition.
 */
export function joinDesiredStack(
  target: EnvironmentTarget,
  stack: string,
  contentHash: string,
  plan: ExecutionPlan,
  files: ReadonlyMap<string, string>,
): DesiredStack | EnvironmentCondition {
  const unreadable = (message: string) =>
    ({ type: 'plan-unreadable', stack, message }) satisfies EnvironmentCondition;
  const outside = (message: string) =>
    ({ type: 'out-of-bounds', stack, message }) satisfies EnvironmentCondition;

  if (plan.stack !== stack) return unreadable(`the plan is of stack '${plan.stack}'`);
  if (plan.project !== target.project) {
    return outside(`the plan is of project '${plan.project}', not '${target.project}'`);
  }
  if (plan.slot === undefined && plan.environment !== target.name) {
    return outside(`the plan is of environment '${plan.environment}', not '${target.name}'`);
  }
  if (!target.namespaces.includes(plan.namespace)) {
    return outside(`namespace '${plan.namespace}' is not claimed by environment '${target.name}'`);
  }
  if (plan.units.length === 0 && plan.retired === undefined) {
    return unreadable('the plan has no units');
  }

  const graph = buildUnitGraph(plan);
  if ('cycle' in graph) return unreadable(`the units form a cycle: ${graph.cycle.join(' → ')}`);

  const objects = new Map<string, DesiredObject>();
  const units: DesiredUnit[] = [];
  for (const unit of plan.units) {
    const own: DesiredObject[] = [];
    const hooks: DesiredHook[] = [];
    for (const entry of unit.objects) {
      const object = desiredObject(unit.name, entry);
      if ('type' in object) return object;
      if (objects.has(object.key)) return unreadable(`${subjectOf(entry)} is declared twice`);
      objects.set(object.key, object);
      own.push(object);
    }
    for (const hook of unit.hooks ?? []) {
      const job = desiredObject(unit.name, hook.object);
      if ('type' in job) return job;
      hooks.push({ plan: hook, job });
    }
    units.push({ plan: unit, objects: own, hooks });
  }
  for (const { hooks } of units) {
    const both = hooks.find(({ job }) => objects.has(job.key));
    if (both) return unreadable(`${subjectOf(both.job)} is both an object and a hook`);
  }
  return { stack, contentHash, plan, units, graph, objects };

  function desiredObject(unit: string, entry: PlanObject): DesiredObject | EnvironmentCondition {
    const payloadHash = files.get(entry.file);
    if (payloadHash === undefined) return unreadable(`${entry.file} is missing`);
    if (entry.namespace !== undefined && !target.namespaces.includes(entry.namespace)) {
      return outside(`${subjectOf(entry)} lies in a namespace the environment has not claimed`);
    }
    const key = objectKey(entry);
    return { ...identityOf(entry), key, stack, unit, file: entry.file, payloadHash };
  }
}
