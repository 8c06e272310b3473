import type { DeployUnit, ExecutionPlan } from '@codex-k8s/schema';

/** A plan for people: a tree of phases, units and objects, in the order in which they are deployed. */
export function describePlan(plan: ExecutionPlan): string {
  const slot = plan.slot === undefined ? '' : ` slot ${plan.slot}`;
  const lines = [
    `${plan.project}/${plan.stack} ${plan.environment}${slot} -> namespace ${plan.namespace}`,
  ];
  for (const phase of plan.phases) {
    const units = plan.units.filter((unit) => unit.phase === phase);
    if (units.length > 0) lines.push(phase, ...branches(units, describeUnit));
  }
  return `${lines.join('\n')}\n`;
}

function describeUnit(unit: DeployUnit): string[] {
  const { name, source, codeUpdateStrategy, dependsOn } = unit;
  const facts = [
    source,
    ...(codeUpdateStrategy === undefined ? [] : [codeUpdateStrategy]),
    ...(dependsOn.length === 0 ? [] : [`after ${dependsOn.join(', ')}`]),
  ];
  return [
    `${name}  (${facts.join('; ')})`,
    ...branches(unit.objects, (object) => {
      const foreign = object.namespace === undefined ? '  cluster-wide' : '';
      return [`${object.kind}/${object.name}${foreign}`];
    }),
  ];
}

/** Each item with its own lines below it, drawn as branches of a tree. */
function branches<T>(items: readonly T[], describe: (item: T) => string[]): string[] {
  return items.flatMap((item, index) => {
    const last = index === items.length - 1;
    const [head = '', ...below] = describe(item);
    return [
      `${last ? '└─' : '├─'} ${head}`,
      ...below.map((line) => `${last ? '   ' : '│  '}${line}`),
    ];
  });
}
