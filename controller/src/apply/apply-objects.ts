import { ClusterError } from '../kubernetes/index.ts';
import { applySetParent, groupKindsOf } from './apply-set.ts';
import type { DesiredStack } from './desired-stack.ts';
import { describeDrift } from './drift.ts';
import { noteCorrection } from './environment-session.ts';
import { identityOf, isCustomResourceDefinition, subjectOf } from './identity.ts';
import type { Observation } from './observation.ts';
import {
  forEachBounded,
  interrupts,
  mayGoOn,
  recordApplied,
  recordChange,
  recordFailure,
  type Step,
} from './step.ts';
import type { PlannedApply } from './situation.ts';
import type { AppliedObject, ObjectAction } from './types.ts';
import { applyObject, ensureNamespace, failureMessage, type ApplyResult } from './write-object.ts';

/** Applies the planned objects in parallel: first what others live in, then the rest. */
export async function applyObjects(
  step: Step,
  planned: PlannedApply[],
  stacks: DesiredStack[],
): Promise<void> {
  if (!(await prepare(step, planned, stacks))) return;
  const namespaces = planned.filter(({ object }) => object.kind === 'Namespace');
  const others = planned.filter(({ object }) => object.kind !== 'Namespace');
  await forEachBounded(step, namespaces, (entry) => applyOne(step, entry, stacks));
  await forEachBounded(step, others, (entry) => applyOne(step, entry, stacks));
  // Watched from the end of the burst on: one list tells what hundreds of events would.
  step.session.view.follow([...step.upserts.values()]);
}

/** Namespaces and ApplySet parents: false when the cluster did not take them. */
async function prepare(
  step: Step,
  planned: PlannedApply[],
  stacks: DesiredStack[],
): Promise<boolean> {
  const { memory } = step;
  const touched = stacks.filter((stack) =>
    planned.some(({ object }) => object.stack === stack.stack),
  );
  const places = new Set([
    ...touched.map((stack) => stack.plan.namespace),
    ...planned.flatMap(({ object }) => object.namespace ?? []),
  ]);
  try {
    await ensureNamespaces(step, places, stacks);
    for (const stack of touched) {
      // KEP-3659: the parent names a kind before the first object of it exists.
      const members = [...memory.inventory.values()].filter((row) => row.stack === stack.stack);
      const wanted = [...stack.objects.values()];
      const known = new Set(groupKindsOf(members));
      if (groupKindsOf(wanted).every((name) => known.has(name))) continue;
      await writeParent(step, stack, [...members, ...wanted]);
    }
    return true;
  } catch (error) {
    if (interrupts(error)) step.interruption ??= error;
    else for (const { object } of planned) noteFailure(step, object, error);
    return false;
  }
}

/** Makes sure of namespaces, except those that a stack declares itself. */
export async function ensureNamespaces(
  step: Step,
  places: Iterable<string>,
  stacks: DesiredStack[],
): Promise<void> {
  const { session, writer } = step;
  const objects = stacks.flatMap((stack) => [...stack.objects.values()]);
  const declared = new Set(
    objects.filter(({ kind }) => kind === 'Namespace').map(({ name }) => name),
  );
  for (const name of places) {
    if (declared.has(name) || session.namespaces.has(name)) continue;
    await ensureNamespace(writer, name);
    session.namespaces.add(name);
  }
}

/** Writes the ApplySet parent of a stack. */
export async function writeParent(
  step: Step,
  stack: DesiredStack,
  members: Parameters<typeof applySetParent>[2],
): Promise<void> {
  const { writer } = step;
  const parent = applySetParent(writer.target, stack, members);
  await applyObject(writer, parent.identity, parent.body, undefined);
}

async function applyOne(
  step: Step,
  { object, drift }: PlannedApply,
  stacks: DesiredStack[],
): Promise<void> {
  const { session, memory, services } = step;
  const former = memory.inventory.get(object.key);
  const sight = session.view.sight(object.key, object);
  const seen = typeof sight === 'string' ? undefined : sight;
  try {
    const body = await services.desired.readFile(object.payloadHash);
    if (!mayGoOn(step)) return;
    const result = await applyObject(step.writer, object, body, seen);
    if (result.kind === 'rival') {
      const message = `${subjectOf(object)} is applied by environment ${result.environments.join(', ')} too; environment ${session.target.id} leaves it alone`;
      recordFailure(step, object, { code: 'CK-APPLY-003', message, transient: false });
      return;
    }
    const observation = session.view.remember(result.object);
    const contentHash = stacks.find(({ stack }) => stack === object.stack)?.contentHash ?? '';
    const applied: AppliedObject = {
      ...identityOf(object),
      stack: object.stack,
      unit: object.unit,
      file: object.file,
      payloadHash: object.payloadHash,
      revision: drift !== undefined && former !== undefined ? former.revision : contentHash,
      uid: result.object.metadata.uid,
      resourceVersion: result.object.metadata.resourceVersion,
      ownedFieldsHash: observation.ownedFieldsHash ?? '',
      health: observation.health,
      ...(observation.message === undefined ? {} : { message: observation.message }),
    };
    const action = actionOf(result, former, seen, drift !== undefined);
    recordApplied(step, applied);
    recordChange(step, object, action, explain(result, drift, former));
    if (drift === undefined) session.corrections.delete(object.key);
    else {
      noteCorrection(session, object.key, services.now());
      services.telemetry.count('apply_drift', { kind: drift.kind });
    }
    if (observation.health === 'progressing') {
      const unit = `${object.stack}/${object.unit}`;
      session.rollouts.add(unit);
      session.unreadySince.set(unit, services.now());
    }
    if (isCustomResourceDefinition(object)) {
      services.cluster.forgetGroup(object.name.slice(object.name.indexOf('.') + 1));
    }
    await services.checkpoint('apply.object');
  } catch (error) {
    noteFailure(step, object, error);
  }
}

/** Notes that an object was not written: it ends the step, or is told of the object. */
export function noteFailure(step: Step, object: PlannedApply['object'], error: unknown): void {
  if (interrupts(error)) {
    step.interruption ??= error;
    return;
  }
  const isCluster = error instanceof ClusterError;
  if (isCluster && error.kind === 'not-found' && object.namespace !== undefined) {
    // The namespace went away under us: it is made again with the next step.
    step.session.namespaces.delete(object.namespace);
  }
  const message = failureMessage(object, error);
  const transient = isCluster && isTransient(error);
  recordFailure(step, object, { code: 'CK-APPLY-001', message, transient });
}

function isTransient(error: ClusterError): boolean {
  // A CRD is established a moment before its kind is served.
  if (error.kind === 'not-found' || error.kind === 'no-match' || error.kind === 'conflict')
    return true;
  return (
    error.kind === 'unavailable' ||
    (error.kind === 'forbidden' && /being terminated/u.test(error.message))
  );
}

function actionOf(
  result: Extract<ApplyResult, { kind: 'applied' }>,
  former: AppliedObject | undefined,
  seen: Observation | undefined,
  isDrift: boolean,
): ObjectAction {
  const { uid, resourceVersion } = result.object.metadata;
  if (isDrift) return 'corrected';
  if (result.created) return former === undefined ? 'created' : 'replaced';
  if (former !== undefined && former.uid !== uid) return 'replaced';
  const before = seen?.resourceVersion ?? former?.resourceVersion;
  return before === resourceVersion ? 'unchanged' : 'configured';
}

function explain(
  result: Extract<ApplyResult, { kind: 'applied' }>,
  drift: PlannedApply['drift'],
  former: AppliedObject | undefined,
): string | undefined {
  if (drift !== undefined) return `${describeDrift(drift)}; put back`;
  if (result.takenFrom.length > 0) return `took fields over from ${result.takenFrom.join(', ')}`;
  if (!result.created && former === undefined) return 'existed already';
  return undefined;
}
