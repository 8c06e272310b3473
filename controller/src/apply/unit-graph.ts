import type { ExecutionPlan } from '@codex-k8s/schema';

/** Which units must come before which. */
export interface UnitGraph {
  /** Names of the units that come directly before each unit, by its dependencies and by its phase. */
  before: Map<string, Set<string>>;
}

/**
 * The order of a stack: `dependsOn`, and every unit of an earlier phase. Where the two contradict
 * each other the declared dependency wins, since a phase is only a default: a unit that depends on
 * one of a later phase belongs to that phase. Returns the units of a cycle instead when the
 * dependencies form one.
 */
export function buildUnitGraph(plan: ExecutionPlan): UnitGraph | { cycle: string[] } {
  const dependencies = new Map(plan.units.map((unit) => [unit.name, new Set(unit.dependsOn)]));
  const closure = new Map<string, Set<string>>();
  for (const unit of plan.units) {
    const cycle = collect(unit.name, dependencies, closure, []);
    if (cycle) return { cycle };
  }
  const ranks = new Map(plan.phases.map((phase, rank) => [phase, rank]));
  const declared = new Map(plan.units.map((unit) => [unit.name, ranks.get(unit.phase) ?? 0]));
  // A unit is of the latest phase among what it depends on: so phases never close a circle.
  const rankOf = (name: string) =>
    Math.max(...[name, ...(closure.get(name) ?? [])].map((other) => declared.get(other) ?? 0));
  const effective = plan.units.map(({ name }) => ({ name, rank: rankOf(name) }));
  const before = new Map<string, Set<string>>();
  for (const { name, rank } of effective) {
    const earlier = effective.filter((other) => other.rank < rank).map((other) => other.name);
    before.set(name, new Set([...(dependencies.get(name) ?? []), ...earlier]));
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
