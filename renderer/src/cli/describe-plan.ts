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
  return `${[...lines, ...describeNeeds(plan)].join('\n')}\n`;
}

/** What must be there before anything is applied. */
function describeNeeds({ images, units, secrets = [], snapshots = [] }: ExecutionPlan): string[] {
  const used = new Set(units.flatMap((unit) => unit.images));
  const made = images.filter(
    ({ name, policy = 'external' }) => policy !== 'external' && used.has(name),
  );
  const needs = [
    ...made.map(({ name, policy, reference }) => `${policy} ${name}: ${reference}`),
    ...secrets.map(({ name, source, keys }) => `secret ${name}: ${keys.join(', ')} (${source})`),
    ...snapshots.map(({ name, path }) => `snapshot ${name}: ${path === '' ? '.' : path}`),
  ];
  return needs.length === 0 ? [] : ['needs', ...branches(needs, (need) => [need])];
}

function describeUnit(unit: DeployUnit): string[] {
  const { name, source, codeUpdateStrategy, dependsOn } = unit;
  const facts = [
    source,
    ...(codeUpdateStrategy === undefined ? [] : [codeUpdateStrategy]),
    ...(dependsOn.length === 0 ? [] : [`after ${dependsOn.join(', ')}`]),
  ];
  const objects = unit.objects.map(
    (object) =>
      `${object.kind}/${object.name}${object.namespace === undefined ? '  cluster-wide' : ''}`,
  );
  const after = [...hooksAt(unit, 'afterApply'), ...hooksAt(unit, 'afterHealthy')];
  return [
    `${name}  (${facts.join('; ')})`,
    ...branches([...hooksAt(unit, 'beforeApply'), ...objects, ...after], (line) => [line]),
  ];
}

const moments = {
  beforeApply: 'before it is applied',
  afterApply: 'once it is applied',
  afterHealthy: 'once it is healthy',
} as const;

/** Jobs of one moment, where they stand in the order. */
function hooksAt({ hooks = [] }: DeployUnit, moment: keyof typeof moments): string[] {
  return hooks
    .filter(({ on }) => on === moment)
    .map(
      ({ name, type, object }) =>
        `${object.kind}/${object.name}  ${type} ${name}, ${moments[moment]}`,
    );
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
