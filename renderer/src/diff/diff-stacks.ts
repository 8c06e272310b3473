import type {
  DeployUnit,
  EnvironmentDiff,
  ExecutionPlan,
  FieldChange,
  ObjectDiff,
  PlanHook,
  PlanObject,
  UnitDiff,
} from '@codex-k8s/schema';
import type { Value } from '../yaml/index.ts';
import { commonOrder, diffValues, type PathChange } from './diff-values.ts';
import { containerImage } from './container-images.ts';
import { maskObject, toPrintable, type Masking, type SafeValue } from './masked.ts';
import type { ParsedFiles } from './parse-files.ts';
import { plannedObjects, type PlannedObject, type StackContent } from './stack-content.ts';

/** A stack directory with the objects of those files that differ. */
export interface ComparedStack {
  content: StackContent;
  parsed: ParsedFiles;
}

type StackDifference = Pick<EnvironmentDiff, 'change' | 'plan' | 'images' | 'units'>;

/** How two versions of a stack differ; a side that is undefined holds nothing. */
export function diffStacks(
  base: ComparedStack | undefined,
  head: ComparedStack | undefined,
  masking: Masking,
): StackDifference {
  const [basePlan, headPlan] = [base?.content.plan, head?.content.plan];
  const before = placeObjects(basePlan);
  const after = placeObjects(headPlan);
  const compared = new Map<string, (ObjectDiff | undefined)[]>();
  for (const identity of new Set([...after.keys(), ...before.keys()])) {
    const [from, to] = [before.get(identity), after.get(identity)];
    const unit = (to ?? from)?.unit ?? '';
    const objects = compared.get(unit) ?? [];
    objects.push(diffObject(from, to, base, head, masking));
    compared.set(unit, objects);
  }
  const unitsBefore = new Map(basePlan?.units.map((unit) => [unit.name, unit]));
  const unitsAfter = new Map(headPlan?.units.map((unit) => [unit.name, unit]));
  const names = new Set([...unitsAfter.keys(), ...unitsBefore.keys()]);
  const units = [...names].flatMap((name) =>
    diffUnit(unitsBefore.get(name), unitsAfter.get(name), compared.get(name) ?? [], masking),
  );
  const plan = basePlan && headPlan ? diffPlans(basePlan, headPlan, masking) : [];
  const images = diffImages(basePlan, headPlan);
  const isSame = units.length + plan.length + images.length === 0;
  const change = base && head ? (isSame ? 'unchanged' : 'changed') : base ? 'removed' : 'created';
  return { change, plan, images, units };
}

function placeObjects(plan: ExecutionPlan | undefined): Map<string, PlannedObject> {
  return new Map(plannedObjects(plan).map((planned) => [planned.identity, planned]));
}

function diffObject(
  before: PlannedObject | undefined,
  after: PlannedObject | undefined,
  base: ComparedStack | undefined,
  head: ComparedStack | undefined,
  masking: Masking,
): ObjectDiff | undefined {
  const placed = after ?? before;
  if (placed === undefined) return undefined;
  const { apiVersion, kind, namespace, name } = placed.object;
  const { hook } = placed;
  const identity = {
    apiVersion,
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    ...(hook === undefined ? {} : { hook }),
  };
  const nothing = { imageOnly: false, fields: [], images: [] };
  const valueOf = (side: ComparedStack | undefined, file: string) => {
    const value = side?.parsed.get(file);
    return value && maskObject(value, masking);
  };
  if (after === undefined) return { ...identity, change: 'removed', ...nothing };
  const headValue = valueOf(head, after.object.file);
  if (before === undefined) {
    const created = { ...identity, change: 'created' as const, ...nothing };
    return headValue === undefined ? created : { ...created, object: printableMap(headValue) };
  }
  const moved = before.unit === after.unit ? {} : { movedFrom: before.unit };
  const changes = diffValues(valueOf(base, before.object.file), headValue);
  // The name of a hook's Job follows its content: it says nothing of its own.
  const fields = changes.filter(({ path }) => hook === undefined || path !== 'metadata.name');
  if (fields.length === 0 && before.unit === after.unit) return undefined;
  const images = fields.flatMap((field) => containerImage(field) ?? []);
  return {
    ...identity,
    change: 'changed',
    ...moved,
    imageOnly: images.length > 0 && images.length === fields.length && before.unit === after.unit,
    fields: fields.map(withoutSteps),
    images,
  };
}

function diffUnit(
  before: DeployUnit | undefined,
  after: DeployUnit | undefined,
  compared: readonly (ObjectDiff | undefined)[],
  masking: Masking,
): UnitDiff[] {
  const name = after?.name ?? before?.name ?? '';
  const objects = compared.filter((object) => object !== undefined);
  const plan = before && after ? diffUnitPlan(before, after, masking) : [];
  const change = before && after ? 'changed' : before ? 'removed' : 'created';
  if (change === 'changed' && objects.length + plan.length === 0) return [];
  const imageOnly =
    change === 'changed' && plan.length === 0 && objects.every((object) => object.imageOnly);
  return [{ unit: name, change, imageOnly, plan, objects }];
}

function diffUnitPlan(before: DeployUnit, after: DeployUnit, masking: Masking): FieldChange[] {
  const { objects: objectsBefore, images: _a, hooks: hooksBefore, ...fieldsBefore } = before;
  const { objects: objectsAfter, images: _b, hooks: hooksAfter, ...fieldsAfter } = after;
  const label = ({ kind, name }: PlanObject) => `${kind}/${name}`;
  return [
    ...diffData(
      { ...fieldsBefore, hooks: hooksBefore?.map(withoutContent) },
      { ...fieldsAfter, hooks: hooksAfter?.map(withoutContent) },
      masking,
    ),
    ...diffOrder('objects', objectsBefore.map(label), objectsAfter.map(label)),
  ];
}

/** What a hook runs is told by its objects. */
function withoutContent({ key: _k, object: _o, images: _i, rollback, ...hook }: PlanHook): object {
  return { ...hook, ...(rollback === undefined ? {} : { rollback: rollback.policy }) };
}

function diffPlans(before: ExecutionPlan, after: ExecutionPlan, masking: Masking): FieldChange[] {
  const { units: unitsBefore, ...fieldsBefore } = before;
  const { units: unitsAfter, ...fieldsAfter } = after;
  // A changed reference says it all: how an image is built is told only where it stays the same.
  const references = new Map(before.images.map(({ name, reference }) => [name, reference]));
  const stayed = new Set(
    after.images.filter(({ name, reference }) => references.get(name) === reference),
  );
  const names = new Set([...stayed].map(({ name }) => name));
  return [
    ...diffData(
      { ...fieldsBefore, images: before.images.filter(({ name }) => names.has(name)) },
      { ...fieldsAfter, images: [...stayed] },
      masking,
    ),
    ...diffOrder(
      'units',
      unitsBefore.map(({ name }) => name),
      unitsAfter.map(({ name }) => name),
    ),
  ];
}

function diffOrder(path: string, before: string[], after: string[]): FieldChange[] {
  const [from, to] = commonOrder(before, after);
  const isSame = from.every((name, index) => name === to[index]);
  return isSame ? [] : [{ path, change: 'reordered', from, to }];
}

function diffImages(
  before: ExecutionPlan | undefined,
  after: ExecutionPlan | undefined,
): EnvironmentDiff['images'] {
  const from = new Map(before?.images.map(({ name, reference }) => [name, reference]));
  const to = new Map(after?.images.map(({ name, reference }) => [name, reference]));
  return [...new Set([...to.keys(), ...from.keys()])]
    .filter((name) => from.get(name) !== to.get(name))
    .map((name) => {
      const [old, current] = [from.get(name), to.get(name)];
      return {
        name,
        ...(old === undefined ? {} : { from: old }),
        ...(current === undefined ? {} : { to: current }),
      };
    });
}

function diffData(before: object, after: object, masking: Masking): FieldChange[] {
  return diffValues(plain(before, masking), plain(after, masking)).map(withoutSteps);
}

/** A plan names secrets; that is no secret itself. */
function plain(value: object, masking: Masking): SafeValue {
  return maskObject(JSON.parse(JSON.stringify(value)) as { [key: string]: Value }, {
    ...masking,
    isSecretName: () => false,
  });
}

function printableMap(value: { [key: string]: SafeValue }): { [key: string]: Value } {
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toPrintable(inner)]));
}

function withoutSteps(change: PathChange): FieldChange {
  const { steps: _steps, ...field } = change;
  return field;
}
