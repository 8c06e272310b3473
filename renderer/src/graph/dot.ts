import { linesOf, phasesOf, titleOf, type DrawnPlan } from './phases.ts';

/**
 * A plan in the language of Graphviz: a cluster per phase, arrows from what is deployed first to what
 * waits for it. Source of the syntax: https://graphviz.org/doc/info/lang.html
 */
export function drawDot(plan: DrawnPlan): string {
  const phases = phasesOf(plan);
  const clusters = phases.flatMap(({ name, units }, index) => [
    `  subgraph ${quote([`cluster_${index}`])} {`,
    `    label=${quote([name])};`,
    ...units.map((unit) => {
      const shape = unit.source === 'infrastructure' ? 'cylinder' : 'box';
      return `    ${quote([unit.name])} [label=${quote(linesOf(unit))}, shape=${shape}];`;
    }),
    '  }',
  ]);
  // Graphviz draws edges between nodes only; `ltail` and `lhead` end them at the clusters.
  const order = phases.slice(1).flatMap(({ units }, index) => {
    const before = phases[index]?.units.at(-1);
    const [after] = units;
    if (before === undefined || after === undefined) return [];
    const ends = `ltail=${quote([`cluster_${index}`])}, lhead=${quote([`cluster_${index + 1}`])}`;
    return [`  ${quote([before.name])} -> ${quote([after.name])} [style=dashed, ${ends}];`];
  });
  const known = new Set(plan.units.map(({ name }) => name));
  const edges = plan.units.flatMap((unit) =>
    unit.dependsOn
      .filter((name) => known.has(name))
      .map((name) => `  ${quote([name])} -> ${quote([unit.name])};`),
  );
  return `digraph ${quote([titleOf(plan)])} {
  graph [rankdir=TB, compound=true, label=${quote([titleOf(plan)])}, labelloc=t];
  node [fontname="sans-serif"];
${[...clusters, ...order, ...edges].join('\n')}
}\n`;
}

/** A quoted string: in it, only quotes and backslashes have a meaning; `\n` ends a line. */
function quote(lines: readonly string[]): string {
  return `"${lines.map((line) => line.replaceAll(/["\\]/g, '\\$&')).join('\\n')}"`;
}
