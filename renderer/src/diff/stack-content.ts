import type { ExecutionPlan, PlanObject } from '@codex-k8s/schema';
import { groupOf } from '../objects/index.ts';
import type { RenderedFile } from '../rendered-stack.ts';

/** A stack directory as it is compared: a RenderedStack is one, and so is what a state repository holds. */
export interface StackContent {
  plan: ExecutionPlan;
  /** plan.json may be among them; it is not looked at. */
  files: readonly RenderedFile[];
  /** Git tree id of the directory. */
  contentHash: string;
}

/** An object of a plan with what makes it the same object in two plans. */
export interface PlannedObject {
  unit: string;
  object: PlanObject;
  identity: string;
  /** Hook that runs it; a Job's own name changes with its content. */
  hook?: string;
}

/** Every object that a plan names a file for: those of its units, its hooks and their rollbacks. */
export function plannedObjects(plan: ExecutionPlan | undefined): PlannedObject[] {
  return (plan?.units ?? []).flatMap(({ name: unit, objects, hooks = [] }) => [
    ...objects.map((object) => ({ unit, object, identity: identityOf(object) })),
    ...hooks.flatMap(({ name: hook, object, rollback }) => [
      { unit, object, identity: `hook/${unit}/${hook}`, hook },
      ...(rollback?.object === undefined
        ? []
        : [{ unit, object: rollback.object, identity: `rollback/${unit}/${hook}`, hook }]),
    ]),
  ]);
}

/** Versions of one group share their objects. */
function identityOf({ apiVersion, kind, namespace = '', name }: PlanObject): string {
  return `object/${groupOf(apiVersion)}/${kind}/${namespace}/${name}`;
}

/** A directory that says it holds a rendered stack, and does not. */
export class UnreadableStateError extends Error {}
