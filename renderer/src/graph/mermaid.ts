import { linesOf, phasesOf, titleOf, type DrawnPlan } from './phases.ts';

/**
 * A plan as a Mermaid flowchart: a box per phase, arrows from what is deployed first to what waits
 * for it. Source of the syntax: https://mermaid.js.org/syntax/flowchart.html
 */
export function drawMermaid(plan: DrawnPlan): string {
  const ids = new Map(plan.units.map(({ name }, index) => [name, `u${index}`]));
  const phases = phasesOf(plan);
  const boxes = phases.flatMap(({ name, units }, index) => [
    `  subgraph p${index}[${quote([name])}]`,
    ...units.map((unit) => {
      const [open, close] = unit.source === 'infrastructure' ? ['[(', ')]'] : ['[', ']'];
      return `    ${ids.get(unit.name)}${open}${quote(linesOf(unit))}${close}`;
    }),
    '  end',
  ]);
  const order = phases.slice(1).map((_, index) => `  p${index} -.-> p${index + 1}`);
  const edges = plan.units.flatMap((unit) =>
    unit.dependsOn.flatMap((name) => {
      const from = ids.get(name);
      return from === undefined ? [] : [`  ${from} --> ${ids.get(unit.name)}`];
    }),
  );
  // A title in front matter is YAML: a JSON string is one.
  const title = `---\ntitle: ${JSON.stringify(titleOf(plan))}\n---`;
  return `${[title, 'flowchart TB', ...boxes, ...order, ...edges].join('\n')}\n`;
}

/** Characters with a meaning become entity codes, as Mermaid spells them. */
function quote(lines: readonly string[]): string {
  const escaped = lines.map((line) =>
    line.replaceAll(/[#"&<>`\\[\]{}()|;%]/g, (char) => `#${char.charCodeAt(0)};`),
  );
  return `"${escaped.join('<br/>')}"`;
}
