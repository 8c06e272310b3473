import type { DeployUnit, ExecutionPlan } from '@codex-k8s/schema';
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
    for (const entry of unit.objects) {
      const payloadHash = files.get(entry.file);
      if (payloadHash === undefined) return unreadable(`${entry.file} is missing`);
      if (entry.namespace !== undefined && !target.namespaces.includes(entry.namespace)) {
        return outside(`${subjectOf(entry)} lies in a namespace the environment has not claimed`);
      }
      const key = objectKey(entry);
      if (objects.has(key)) return unreadable(`${subjectOf(entry)} is declared twice`);
      const identity = identityOf(entry);
      const object = { ...identity, key, stack, unit: unit.name, file: entry.file, payloadHash };
      objects.set(key, object);
      own.push(object);
    }
    units.push({ plan: unit, objects: own });
  }
  return { stack, contentHash, plan, units, graph, objects };
}
