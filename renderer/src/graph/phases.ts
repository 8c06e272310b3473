import type { DeployUnit, ExecutionPlan } from '@codex-k8s/schema';

/** What is drawn of a plan. */
export interface DrawnPlan extends Pick<
  ExecutionPlan,
  'project' | 'stack' | 'environment' | 'phases'
> {
  units: readonly Pick<DeployUnit, 'name' | 'source' | 'phase' | 'dependsOn' | 'objects'>[];
}

export interface DrawnPhase {
  name: string;
  units: DrawnPlan['units'];
}

/** The phases that hold units, in their order. */
export function phasesOf(plan: DrawnPlan): DrawnPhase[] {
  return plan.phases
    .map((name) => ({ name, units: plan.units.filter(({ phase }) => phase === name) }))
    .filter(({ units }) => units.length > 0);
}

/** Title of a drawing. */
export function titleOf({ project, stack, environment }: DrawnPlan): string {
  return `${project}/${stack} ${environment}`;
}

/** What stands in a unit's box: its name, and the kinds of its objects. */
export function linesOf(unit: DrawnPlan['units'][number]): string[] {
  const counts = new Map<string, number>();
  for (const { kind } of unit.objects) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const kinds = [...counts].map(([kind, count]) => (count === 1 ? kind : `${count} ${kind}`));
  return kinds.length === 0 ? [unit.name] : [unit.name, kinds.join(', ')];
}
