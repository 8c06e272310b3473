import type { DeployUnit, ExecutionPlan } from '@codex-k8s/schema';

/** Which units must come before which. */
export interface UnitGraph {
  /** Names of the units that come directly before each unit, by its dependencies and by its phase. */
  before: Map<string, Set<string>>;
}

/**
 * The order of a stack: `dependsOn`, and every unit of an earlier phase. Where the two contradict
 * each other the declared dependency wins, since a phase is only a default. Returns the units of a
 * cycle instead when the dependencies form one.
 */
export function buildUnitGraph(plan: ExecutionPlan): UnitGraph | { cycle: string[] } {
  const dependencies = new Map(plan.units.map((unit) => [unit.name, new Set(unit.dependsOn)]));
  const closure = new Map<string, Set<string>>();
  for (const unit of plan.units) {
    const cycle = collect(unit.name, dependencies, closure, []);
    if (cycle) return { cycle };
  }
  const ranks = new Map(plan.phases.map((phase, rank) => [phase, rank]));
  const rankOf = (unit: DeployUnit) => ranks.get(unit.phase) ?? 0;
  const before = new Map<string, Set<string>>();
  for (const unit of plan.units) {
    const predecessors = new Set(dependencies.get(unit.name));
    for (const other of plan.units) {
      if (rankOf(other) >= rankOf(unit)) continue;
      if (!closure.get(other.name)?.has(unit.name)) predecessors.add(other.name);
    }
    before.set(unit.name, predecessors);
  }
  return { before };
}

/** Fills `closure` with everything a unit depends on; returns a cycle when it meets itself. */
function collect(
  name: string,
  dependencies: Map<string, Set<string>>,
  closure: Map<string, Set<string>>,
  path: string[],
): string[] | undefined {
  const start = path.indexOf(name);
  if (start !== -1) return [...path.slice(start), name];
  if (closure.has(name)) return undefined;
  const all = new Set<string>();
  for (const dependency of dependencies.get(name) ?? []) {
    const cycle = collect(dependency, dependencies, closure, [...path, name]);
    if (cycle) return cycle;
    all.add(dependency);
    for (const further of closure.get(dependency) ?? []) all.add(further);
  }
  closure.set(name, all);
  return undefined;
}
