import { ClusterError } from '../kubernetes/index.ts';
import { groupKindsOf } from './apply-set.ts';
import { writeParent } from './apply-objects.ts';
import type { DesiredStack } from './desired-stack.ts';
import { objectKey } from './identity.ts';
import {
  forEachBounded,
  interrupts,
  mayGoOn,
  recordChange,
  recordFailure,
  recordRemoved,
  type Step,
} from './step.ts';
import type { AppliedObject } from './types.ts';
import { deleteObject, failureMessage } from './write-object.ts';

/** Deletes what left the stacks, in the given order: unit after unit, the objects of one at once. */
export async function pruneObjects(
  step: Step,
  objects: AppliedObject[],
  stacks: DesiredStack[],
): Promise<void> {
  for (const group of byUnit(objects)) {
    await forEachBounded(step, group, (object) => pruneOne(step, object));
  }
  for (const stack of stacks) await shrinkParent(step, stack, objects);
}

async function pruneOne(step: Step, object: AppliedObject): Promise<void> {
  const sight = step.session.view.sight(objectKey(object), object);
  try {
    const result = await deleteObject(
      step.writer,
      object,
      typeof sight === 'string' ? undefined : sight,
    );
    step.session.prunedUids.add(object.uid);
    recordRemoved(step, object);
    if (result === 'deleted') recordChange(step, object, 'pruned');
    else if (result === 'gone') recordChange(step, object, 'pruned', 'was gone already');
    else {
      recordChange(
        step,
        object,
        'pruned',
        'was gone already; another object has its name and is left alone',
      );
    }
  } catch (error) {
    if (interrupts(error)) {
      step.interruption ??= error;
      return;
    }
    const message = failureMessage(object, error);
    recordFailure(step, object, { code: 'CK-APPLY-004', message, transient: false });
  }
}

/** The parent no longer names kinds of which nothing is left. */
async function shrinkParent(
  step: Step,
  stack: DesiredStack,
  pruned: AppliedObject[],
): Promise<void> {
  const gone = pruned.filter((object) => object.stack === stack.stack);
  if (gone.length === 0 || !mayGoOn(step)) return;
  const members = [...step.memory.inventory.values()].filter((row) => row.stack === stack.stack);
  const left = new Set(groupKindsOf(members));
  if (groupKindsOf(gone).every((name) => left.has(name))) return;
  try {
    await writeParent(step, stack, members);
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    step.interruption ??= error;
  }
}

function byUnit(objects: AppliedObject[]): AppliedObject[][] {
  const groups: AppliedObject[][] = [];
  for (const object of objects) {
    const last = groups.at(-1);
    const [first] = last ?? [];
    if (last && first?.unit === object.unit && first.stack === object.stack) last.push(object);
    else groups.push([object]);
  }
  return groups;
}
