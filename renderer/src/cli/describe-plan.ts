import type { ExecutionPlan } from '@codex-k8s/schema';

/** A plan for people: its units in order, with what they wait for and hold. */
export function describePlan(plan: ExecutionPlan): string {
  const slot = plan.slot === undefined ? '' : ` slot ${plan.slot}`;
  const head = `${plan.project}/${plan.stack} ${plan.environment}${slot} -> namespace ${plan.namespace}\n`;
  const width = Math.max(...plan.units.map(({ name }) => name.length), 0);
  const units = plan.units.map(({ name, phase, dependsOn, objects }) => {
    const after = dependsOn.length === 0 ? '' : `  after ${dependsOn.join(', ')}`;
    const kinds = objects.map((object) => `${object.kind}/${object.name}`).join(' ');
    return `  ${name.padEnd(width)}  ${phase}${after}\n  ${' '.repeat(width)}    ${kinds}\n`;
  });
  return head + units.join('');
}
